import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { contentHash } from '@hindcast/server/source/contentHash';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { startInBand, eventually, type LspClient } from '../lsp/lspClient.js';
import { hostileStrings } from './hostileStrings.js';
import { hostileTelemetry, sendJson } from './hostileTelemetry.js';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly attrs: readonly (readonly [string, string])[] | null;
  readonly children: readonly Token[] | null;
}
const Markdown = createRequire(import.meta.url)('markdown-it') as new (options: object) => {
  parse(text: string, environment: object): Token[];
};
/** As editors render hovers: HTML is let through. */
const markdown = new Markdown({ html: true, linkify: true });

const hostile = hostileStrings().filter((_, index) => index % 5 === 0);
let root: string;
let collector: RunningProgram;
let client: LspClient;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-hostile-')));
  mkdirSync(join(root, 'src'));
  collector = await startCollectorProgram();
  client = startInBand();
  await client.initialize(collector.query);
});

afterAll(async () => {
  await client.close();
  await collector.end();
  rmSync(root, { recursive: true, force: true });
});

test('hostile text of production is shown in hovers, and is nothing but text there; hints and lenses are ours', async () => {
  let shown = 0;
  for (const [index, each] of hostile.entries()) {
    const text = `function victim${index}() {\n  return ${index};\n}\n`;
    const path = join(root, 'src', `victim${index}.js`);
    const uri = pathToFileURL(path).href;
    writeFileSync(path, text);
    const victim = {
      path: `src/victim${index}.js`,
      name: `victim${index}`,
      line: 1,
      column: 10,
      contentHash: contentHash(text),
    };
    for (const request of hostileTelemetry(each, victim, Date.now())) await sendJson(collector.otlpHttp, request);
    await client.open(uri, text, 'javascript');
    const hover = await eventually('a hover', async () => {
      const found = await client.hover(uri, 0, 12);
      return found?.includes('90 calls') ? found : undefined;
    });
    const tokens = flat(markdown.parse(hover, {}));
    if (tokens.some(({ content }) => content.includes(each.canary))) shown++;
    for (const { type, attrs, content } of tokens) {
      const where = `${type} in the hover of ${each.place} ${JSON.stringify(each.text).slice(0, 80)}`;
      const targets = (attrs ?? []).filter(([name]) => name === 'href' || name === 'src').map(([, value]) => value);
      for (const target of targets) {
        expect(decodeURIComponent(target), where).not.toMatch(/evil|javascript:|^data:text/);
      }
      if (type.startsWith('html')) expect(content, where).not.toContain(each.canary);
      if (type === 'image' || type === 'fence') expect(content, where).not.toContain(each.canary);
    }
    expect(hover).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u200b-\u200d\ufeff]/);
    const labels = [
      ...(await client.hints(uri)).map(({ label }) => label),
      ...(await client.lenses(uri)).map(({ command }) => command?.title ?? ''),
    ];
    for (const label of labels) expect(label).not.toMatch(/[\n\u0000-\u001f\u202a-\u202e\u200b-\u200d]/);
    await client.closeDocument(uri);
  }
  expect(shown).toBeGreaterThan(hostile.length / 2);
});

function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => [token, ...flat(token.children ?? [])]);
}
