import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findOwnCode } from '../discovery/ownCode.js';
import { unloadedFiles } from './packageFiles.js';

const NEVER_IN = 'const f = () => 1;';
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-package-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const limits = { files: 100, depth: 12, timeMs: 60_000 };

function unloaded(entry: string, loaded: string[], env: Record<string, string> = {}, bounds = limits): string[] {
  const own = findOwnCode(join(root, entry), '/nowhere', env);
  return unloadedFiles(own, join(root, entry), new Set(loaded), bounds, () => performance.now());
}

const map = (...sources: string[]): string => JSON.stringify({ version: 3, sources, mappings: '' });

const cases: {
  title: string;
  files: Record<string, string>;
  entry?: string;
  loaded: string[];
  env?: Record<string, string>;
  expected: string[];
}[] = [
  {
    title: 'source files of the package, at any depth',
    files: { 'a.js': NEVER_IN, 'lib/b.mjs': NEVER_IN, 'lib/deep/c.cjs': NEVER_IN, 'main.js': NEVER_IN },
    loaded: ['main.js'],
    expected: ['a.js', 'lib/b.mjs', 'lib/deep/c.cjs'],
  },
  {
    title: 'no packages, tests, declarations, tools, other files, or files without a function',
    files: {
      'node_modules/x/index.js': NEVER_IN,
      '.cache/x.js': NEVER_IN,
      'test/a.js': NEVER_IN,
      'src/a.test.js': NEVER_IN,
      'src/a.d.ts': NEVER_IN,
      'vite.config.js': NEVER_IN,
      'data.json': '{}',
      'constants.js': 'exports.one = 1;',
    },
    loaded: ['main.js'],
    expected: [],
  },
  {
    title: 'folders aside count when a file of them was loaded',
    files: { 'scripts/a.js': NEVER_IN, 'scripts/b.js': NEVER_IN, 'tools/c.js': NEVER_IN, 'src/tools/d.js': NEVER_IN },
    loaded: ['scripts/a.js'],
    expected: ['scripts/b.js', 'src/tools/d.js'],
  },
  {
    title: 'what was compiled stands for its sources, once',
    files: {
      'dist/main.js': 'x\n//# sourceMappingURL=main.js.map',
      'dist/main.js.map': map('../src/main.ts'),
      'dist/late.js': `${NEVER_IN}\n//# sourceMappingURL=late.js.map`,
      'dist/late.js.map': map('../src/late.ts'),
      'src/main.ts': NEVER_IN,
      'src/late.ts': NEVER_IN,
    },
    entry: 'dist',
    loaded: ['src/main.ts'],
    expected: ['src/late.ts'],
  },
  {
    title: 'sources that were not deployed are known by the maps',
    files: {
      'dist/late.js': `${NEVER_IN}\n//# sourceMappingURL=late.js.map`,
      'dist/late.js.map': map('../src/late.ts', '../node_modules/x/index.js', 'webpack://x/y.js'),
    },
    entry: 'dist',
    loaded: ['src/main.ts'],
    expected: ['src/late.ts'],
  },
  {
    title: 'without maps what was compiled counts, and its sources do not',
    files: { 'dist/main.js': NEVER_IN, 'dist/late.js': NEVER_IN, 'src/main.ts': NEVER_IN, 'src/late.ts': NEVER_IN },
    entry: 'dist',
    loaded: ['dist/main.js'],
    expected: ['dist/late.js'],
  },
  {
    title: 'TypeScript that runs by itself; an old build beside it does not count',
    files: { 'src/main.ts': NEVER_IN, 'src/late.ts': NEVER_IN, 'dist/old.js': NEVER_IN },
    entry: 'src',
    loaded: ['src/main.ts'],
    expected: ['src/late.ts'],
  },
  {
    title: 'packages of a workspace that files were loaded from, and no others',
    files: {
      'packages/app/package.json': '{"name":"app"}',
      'packages/app/main.js': NEVER_IN,
      'packages/app/late.js': NEVER_IN,
      'packages/used/package.json': '{"name":"used"}',
      'packages/used/late.js': NEVER_IN,
      'packages/unused/package.json': '{"name":"unused"}',
      'packages/unused/late.js': NEVER_IN,
      'late.js': NEVER_IN,
    },
    entry: 'packages/app',
    loaded: ['packages/app/main.js', 'packages/used/index.js'],
    expected: ['packages/app/late.js', 'packages/used/late.js'],
  },
  {
    title: 'what is excluded is not missed',
    files: { 'a.js': NEVER_IN, 'legacy/b.js': NEVER_IN },
    loaded: ['main.js'],
    env: { HINDCAST_EXCLUDE: 'legacy' },
    expected: ['a.js'],
  },
];

test.each(cases)('$title', ({ files, entry = '.', loaded, env, expected }) => {
  write({ '.git/HEAD': '', 'package.json': '{"name":"program"}', ...files });
  expect(unloaded(entry, loaded, env)).toEqual(expected);
});

test('without a package there is nothing to miss', () => {
  write({ '.git/HEAD': '', 'a.js': NEVER_IN });
  expect(unloaded('.', ['main.js'])).toEqual([]);
});

test('it stops at its bounds', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}.js`, NEVER_IN]));
  write({ 'package.json': '{"name":"program"}', ...many, 'a/b/c/deep.js': NEVER_IN });
  expect(unloaded('.', ['main.js'], {}, { ...limits, files: 10 }).length).toBeLessThan(10);
  expect(unloaded('.', ['main.js'], {}, { ...limits, timeMs: -1 })).toEqual([]);
  expect(unloaded('.', ['main.js'], {}, { ...limits, depth: 2 })).not.toContain('a/b/c/deep.js');
});
