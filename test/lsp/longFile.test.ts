import { cp, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bodyHash, contentHash } from '@hindcast/server/source/contentHash';
import { findGrammarsFolder } from '@hindcast/server/source/grammars';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployedFile, functionFacts, startFakeCollector, type FakeCollector } from './fakeCollector.js';
import { LspClient, eventually, startInBand } from './lspClient.js';

const COUNT = 150;
const LINES = 6;
const names = Array.from({ length: COUNT }, (_, index) => `step${index}`);
const body = (index: number) =>
  `{\n  const sum = order.lines.length + ${index};\n  audit.write('step ${index} of many', sum);\n  total.add(sum * ${index} + order.rate * ${index + 1});\n  return sum + total.value;\n}`;
/** Longer than what is parsed with every question. */
const text = names.map((name, index) => `export function ${name}(order) ${body(index)}\n`).join('');

let folder: string;
let uri: string;
let collector: FakeCollector;
let client: LspClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-long-'));
  await mkdir(join(folder, 'src'));
  uri = pathToFileURL(join(folder, 'src', 'steps.ts')).href;
  const functions = names.map((name, index) =>
    functionFacts(
      { name, line: index * LINES + 1, column: 17, endLine: (index + 1) * LINES, bodyHash: bodyHash(body(index)) },
      { calls: 6000 + index },
    ),
  );
  const deployed = [deployedFile(functions, { filePath: 'src/steps.ts', contentHash: contentHash(text) })];
  collector = await startFakeCollector({
    overlay: (file) => (file.path?.endsWith('src/steps.ts') ? deployed : []),
    services: [{ deployment: deployedFile([]).deployment ?? null, functions: COUNT, functionsRan: COUNT }],
  });
  client = startInBand();
});

afterEach(async () => {
  await client.close();
  await collector.close();
  await rm(folder, { recursive: true });
});

const lines = async () => (await client.hints(uri)).map(({ position }) => position.line);
const usual = names.map((_, index) => index * LINES);

const allHints = () =>
  eventually('hints', async () => ((await lines()).length === COUNT ? await client.hints(uri) : undefined));

test('a long file that is deployed as it is shows its numbers before it is parsed', async () => {
  // Without a grammar nothing is ever parsed.
  const grammarsPath = join(folder, 'grammars');
  await cp(join(findGrammarsFolder(), 'tree-sitter.wasm'), join(grammarsPath, 'tree-sitter.wasm'));
  await client.initialize(collector.address, { grammarsPath });
  await client.open(uri, text);
  await allHints();
  expect(await lines()).toEqual(usual);
});

test('while a long file is edited its hints move along with every key, and then say what was edited', async () => {
  await client.initialize(collector.address);
  await client.open(uri, text);
  await allHints();
  const edit = async (version: number, line: number, character: number, inserted: string) => {
    const at = { line, character };
    await client.change(uri, version, [{ range: { start: at, end: at }, text: inserted }]);
  };
  for (let version = 2; version < 8; version++) await edit(version, 0, 0, '\n');
  expect(await lines()).toEqual(usual.map((line) => line + 6));
  // Into the body of the third function: what follows moves by one more line.
  await edit(8, 6 + 2 * LINES + 1, 0, '  order.touch();\n');
  expect(await lines()).toEqual(usual.map((line, index) => line + 6 + (index > 2 ? 1 : 0)));
  const before = client.refreshes;
  const edited = await eventually('a function that is edited', async () => {
    const found = (await client.hints(uri)).filter(({ label }) => label.includes('edited'));
    return found.length > 0 ? found : undefined;
  });
  expect(edited.map(({ position }) => position.line)).toEqual([6 + 2 * LINES]);
  await eventually('a refresh', () => (client.refreshes > before ? true : undefined));
});
