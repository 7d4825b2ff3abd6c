import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assessVersions } from './versionDiffs.js';

// A bounded variant of test/assess/eval.mjs, on sources of this repository: nothing is fetched.
const root = join(import.meta.dirname, '..', '..', 'core', 'src');
const sources = globSync('*.ts', { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .sort();
const version = (change: (path: string, text: string) => readonly [string, string]) =>
  new Map(sources.map((path) => change(`src/${path}`, readFileSync(join(root, path), 'utf8'))));

const versions = [
  ['first', version((path, text) => [path, text]).set('README.md', 'first\n')],
  [
    'edited',
    version((path, text) => [
      path,
      text.replace(/return (\w+);/, 'if ($1 === undefined) throw new Error();\n  return $1;'),
    ]),
  ],
  ['moved', version((path, text) => [path.replace('src/c', 'lib/c'), text]).set('README.md', 'second\n')],
  ['laid out anew', version((path, text) => [path, text.replaceAll('\n', '\n ').replaceAll(';\n', '; // end\n')])],
] as const;

test('from version to version: the same bytes twice, the right traffic, an exact list of what is not matched', async () => {
  const results = await assessVersions('core', versions);
  expect(results.map(({ problems }) => problems)).toEqual([[], [], []]);
  const [edited, moved] = results;
  expect(edited?.ran).toBeGreaterThan(5);
  expect(moved?.functions).toBeGreaterThan(10);
});
