import { expect, test } from 'vitest';
import { globPattern } from './globs.js';

const table: [list: string, path: string, matches: boolean][] = [
  ['src/legacy', 'src/legacy/a.js', true],
  ['src/legacy/', 'src/legacy/deep/a.js', true],
  ['src/legacy', 'src/legacy2/a.js', false],
  ['src/legacy', 'lib/src/legacy/a.js', false],
  ['legacy', 'lib/src/legacy/a.js', true],
  ['*.gen.ts', 'src/x/api.gen.ts', true],
  ['*.gen.ts', 'src/x/apixgenxts', false],
  ['src/*.js', 'src/a.js', true],
  ['src/*.js', 'src/deep/a.js', false],
  ['src/**/*.js', 'src/a.js', true],
  ['src/**/*.js', 'src/deep/er/a.js', true],
  ['**', 'anything/at/all.js', true],
  ['./src/?.js', 'src/a.js', true],
  ['src/?.js', 'src/ab.js', false],
  ['{src,lib}/{a,b}.js', 'lib/b.js', true],
  ['{src,lib}/{a,b}.js', 'lib/c.js', false],
  ['one.js, two.js', 'deep/two.js', true],
  ['node_modules/@acme/core', 'node_modules/@acme/core/index.js', true],
  ['a+b(c).js', 'a+b(c).js', true],
  ['[id].ts', 'pages/[id].ts', true],
  ['näh.js', 'näh.js', true],
];

test.each(table)('%s and %s: %s', (list, path, matches) => {
  expect(globPattern(list)?.test(path)).toBe(matches);
});

test.each([undefined, '', ' , '])('%j is no pattern', (list) => {
  expect(globPattern(list)).toBeUndefined();
});
