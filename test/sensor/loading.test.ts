// Every way by which Node gets hold of a file of own code is observed, once.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver, type SensorReport } from './otlpReceiver.js';
import { buildSensor, makeApp, nodes, repositoryRoot, runApp } from './runApp.js';

interface Loading {
  title: string;
  files: Record<string, string>;
  args: string[];
  /** `path name` → calls. */
  calls: Record<string, number>;
  minimumNode?: number;
  prepare?: (root: string) => void;
  env?: Record<string, string>;
}

const tsx = `file://${join(repositoryRoot, 'node_modules/tsx/dist/loader.mjs')}`;
const typescript = `// types
export function twice(x: number): number {
  return x * 2;
}
export enum Colour { red = 1 }
export class Box<T> { constructor(private readonly held: T) {} open(): T { return this.held; } }
`;

const loadings: Loading[] = [
  {
    title: 'a module imports CommonJS, which requires more',
    files: {
      'app.mjs': `import a from './a.cjs'; import { b } from './b.js'; a(); b();`,
      'a.cjs': `const c = require('./c'); module.exports = function a() { c.f(); };`,
      'b.js': `exports.b = () => 1;`,
      'c.js': `exports.f = function () {};`,
    },
    args: ['app.mjs'],
    calls: { 'a.cjs a': 1, 'b.js b': 1, 'c.js f': 1 },
  },
  {
    title: 'dynamic import from both kinds, createRequire',
    files: {
      'app.cjs': `(async () => { (await import('./m.mjs')).m(); (await import('./c.cjs')).default(); })();`,
      'm.mjs': `import { createRequire } from 'node:module'; export const m = () => createRequire(import.meta.url)('./r.cjs').r();`,
      'c.cjs': `module.exports = () => 1;`,
      'r.cjs': `exports.r = () => 1;`,
    },
    args: ['app.cjs'],
    calls: { 'app.cjs <iife>': 1, 'm.mjs m': 1, 'c.cjs module.exports': 1, 'r.cjs r': 1 },
  },
  {
    title: 'CommonJS requires a module',
    files: {
      'app.cjs': `require('./m.mjs').m();`,
      'm.mjs': `export function m() { return inner(); } const inner = () => 1;`,
    },
    args: ['app.cjs'],
    calls: { 'm.mjs m': 1, 'm.mjs inner': 1 },
    minimumNode: 22,
  },
  {
    title: 'module syntax in a file of no declared kind',
    files: { 'app.js': `import { f } from './f.js'; f();`, 'f.js': `export const f = () => 1;` },
    args: ['app.js'],
    calls: { 'f.js f': 1 },
    minimumNode: 22,
  },
  {
    title: 'a cycle calls a hoisted function before its module runs',
    files: {
      'app.mjs': `import './b.mjs'; export function early() { return 1; }`,
      'b.mjs': `import { early } from './app.mjs'; early();`,
    },
    args: ['app.mjs'],
    calls: { 'app.mjs early': 1 },
  },
  {
    title: 'node_modules stay out, a linked package of the workspace is in',
    files: {
      'packages/app/app.cjs': `require('other').o(); require('dep').d(); exports.x = () => 1; exports.x();`,
      'packages/app/package.json': '{"name":"app"}',
      'packages/other/index.js': `exports.o = () => 1;`,
      'packages/other/package.json': '{"name":"other"}',
      'node_modules/dep/index.js': `exports.d = () => 1;`,
    },
    prepare: (root) => symlinkSync(join(root, 'packages/other'), join(root, 'node_modules/other')),
    args: ['packages/app/app.cjs'],
    calls: { 'packages/app/app.cjs x': 1, 'packages/other/index.js o': 1 },
  },
  {
    title: 'worker threads are observed too',
    files: {
      'app.mjs': `import { Worker, isMainThread } from 'node:worker_threads'; function f() {} f(); if (isMainThread) { new Worker(new URL(import.meta.url)); new Worker(new URL('./w.cjs', import.meta.url)); }`,
      'w.cjs': `function g() {} g();`,
    },
    args: ['app.mjs'],
    calls: { 'app.mjs f': 2, 'w.cjs g': 1 },
  },
  {
    title: 'a directory as the entry',
    files: { 'index.js': `(function f() {})();` },
    args: ['.'],
    calls: { 'index.js f': 1 },
  },
  ...[
    { order: 'after', flags: ['--import', tsx] },
    { order: 'first in the chain', flags: ['--import', tsx, '--import', 'data:text/javascript,'] },
  ].flatMap(({ order, flags }) => [
    {
      title: `tsx ${order}: a module`,
      files: {
        'app.mts': `import { twice, Box } from './lib.mts'; twice(2); new Box(1).open();`,
        'lib.mts': typescript,
        'package.json': '{"type":"module"}',
      },
      args: [...flags, 'app.mts'],
      calls: { 'lib.mts twice': 1, 'lib.mts Box.constructor': 1, 'lib.mts Box.open': 1 },
    },
    {
      title: `tsx ${order}: CommonJS`,
      files: { 'app.ts': `import { twice, Box } from './lib'; twice(2); new Box(1).open();`, 'lib.ts': typescript },
      args: [...flags, 'app.ts'],
      calls: { 'lib.ts twice': 1, 'lib.ts Box.constructor': 1, 'lib.ts Box.open': 1 },
    },
  ]),
];

beforeAll(() => void buildSensor());

async function observe(node: string, { files, args, prepare, env = {} }: Loading): Promise<SensorReport> {
  const receiver = await OtlpReceiver.start();
  const app = makeApp(files);
  try {
    mkdirSync(join(app.root, 'node_modules'), { recursive: true });
    prepare?.(app.root);
    const result = await runApp({
      node,
      cwd: app.root,
      args,
      endpoint: receiver.endpoint,
      env: { HINDCAST_EXIT_TIMEOUT_MS: '60000', ...env },
    });
    expect(result).toMatchObject({ code: 0 });
    return receiver.report();
  } finally {
    app.remove();
    await receiver.stop();
  }
}

describe.each(nodes)('Node %i', (major, node) => {
  test.each(loadings.filter(({ minimumNode = 0 }) => major >= minimumNode))('$title', async (loading) => {
    const report = await observe(node, loading);
    const calls = [...report.calls].map(([key, n]) => [key.replace(/:\d+:\d+ /, ' '), n] as const);
    expect(Object.fromEntries(calls)).toEqual(loading.calls);
    expect(report.notObserved).toEqual(new Map());
    if (loading.title.startsWith('tsx')) {
      const twice = [...report.declared.values()].find(({ name }) => name === 'twice');
      expect(twice).toMatchObject({ line: 2, column: 17, endLine: 4 });
    }
  });
});
