import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CollectorClient } from '../collector/collectorClient.js';
import type { DeployedFile } from '../collector/facts.js';
import { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import { locate } from './locate.js';
import type { ViewSource } from './viewSource.js';

const DEPLOYED = `function greet(name) {
  return 'hello ' + name;
}

const twice = [() => 1, () => 1];
`;

const deployment = {
  service: 'greeter',
  environment: '',
  version: '1',
  revision: '',
  repositoryUrl: '',
  instances: 1,
  firstSeenMs: undefined,
  lastSeenMs: undefined,
  observedSeconds: 60,
  source: 'sensor',
} as const;

describe('where a reported function is', () => {
  const grammars = new Grammars();
  let root: string;
  let deployed: DeployedFile;
  let source: ViewSource;
  const file = () => join(root, 'src', 'app.js');
  const place = { service: 'greeter', filePath: 'src/app.js', name: 'greet', line: 1, column: 10 };
  const ask = (own = place) => locate(source, { place: own, folders: [] });

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'hindcast-locate-'));
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'package.json'), '{"name": "greeter"}');
    const language = languageOfPath('app.js');
    if (!language) throw new Error('JavaScript is not read.');
    const text = await SourceFile.open(grammars, language, DEPLOYED);
    deployed = {
      deployment,
      filePath: 'src/app.js',
      contentHash: text.contentHash,
      notObservedReason: '',
      functions: text.functions.map(({ name, line, column, endLine, bodyHash }) => ({
        id: { name, line, column, endLine, bodyHash },
        state: 'ran',
        calls: 1,
        errors: 0,
        errorsByType: [],
        duration: undefined,
        callers: [],
        callersOmitted: 0,
        declaredSinceMs: undefined,
        lastCalledMs: undefined,
        notObservedReason: '',
        entryCalls: 0,
        entryPoints: [],
        dependencies: [],
      })),
    };
    text.close();
    const getOverlay: CollectorClient['getOverlay'] = (files) => Promise.resolve(files.map(() => [deployed]));
    const listServices: CollectorClient['listServices'] = () => Promise.resolve([]);
    source = {
      collector: () => ({ address: 'test', getOverlay, listServices }) as unknown as CollectorClient,
      stateMessage: () => 'No collector answers.',
      hasData: () => true,
      scope: () => ({ windowSeconds: 3600 }),
      grammars: () => grammars,
      texts: () => undefined,
      openText: () => undefined,
      folders: () => Promise.resolve([root]),
    };
  });
  beforeEach(() => writeFileSync(file(), DEPLOYED));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is its line when nothing has changed', async () => {
    expect(await ask()).toMatchObject({ found: true, line: 1, column: 10, message: '' });
  });

  it('is its line of now when lines were added above', async () => {
    writeFileSync(file(), `// one\n// two\n${DEPLOYED}`);
    expect(await ask()).toMatchObject({ found: true, line: 3, column: 10, message: '' });
  });

  it('is the text that is open rather than the one on the disk', async () => {
    source = { ...source, openText: (path) => (path === file() ? `\n${DEPLOYED}` : undefined) };
    expect(await ask()).toMatchObject({ found: true, line: 2 });
    source = { ...source, openText: () => undefined };
  });

  it('says so when it was edited', async () => {
    writeFileSync(file(), DEPLOYED.replace('hello', 'good morning'));
    expect(await ask()).toMatchObject({
      found: true,
      line: 1,
      message: expect.stringContaining('before this edit') as string,
    });
  });

  it('is no place at all when it is gone: the file, and why', async () => {
    writeFileSync(file(), 'const other = 1;\n');
    const located = await ask();
    expect(located).toMatchObject({ found: true, line: 1 });
    expect(located.message).toContain('greet');
  });

  it('tells functions of one name apart by their place', async () => {
    const [, first, second] = deployed.functions.map(({ id }) => id);
    expect(first?.name).toBe(second?.name);
    for (const id of [first, second]) {
      const located = await ask({ ...place, name: id?.name ?? '', line: id?.line ?? 0, column: id?.column ?? 0 });
      expect(located).toMatchObject({ found: true, line: id?.line, column: id?.column });
    }
  });

  it.each([
    [{ filePath: 'src/none.js' }, /not in the opened folders/],
    [{ filePath: '' }, /by name only/],
    [{ filePath: '../../etc/passwd' }, /not in the opened folders/],
  ])('is nowhere with %j', async (change, message) => {
    const located = await ask({ ...place, ...change });
    expect(located.found).toBe(false);
    expect(located.message).toMatch(message);
  });
});
