// The same program through every compiler that people use: every function at its original place, with its exact calls.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { independentFunctions } from '../coverage/independentFunctions.js';
import { OtlpReceiver, type SensorReport } from '../sensor/otlpReceiver.js';
import { buildSensor, nodes, repositoryRoot, runApp } from '../sensor/runApp.js';
import { installTools } from './tools/install.mjs';

/** By file, in the order of the text: name and calls. */
const functions: Record<string, [string, number][]> = {
  'src/main.ts': [
    ['fill', 1],
    ['neverCalled', 0],
    ['<then>', 1],
    ['<then>.<map>', 4],
    ['<catch>', 0],
  ],
  'src/money.ts': [
    ['cents', 4],
    ['default', 1],
    ['default.<items.reduce>', 4],
  ],
  'src/basket.ts': [
    ['Container.get size', 1],
    ['Container.items', 1],
    ['Basket.constructor', 1],
    ['Basket.add', 4],
    ['Basket.clear', 0],
    ['Basket.#check', 4],
    ['Discount.constructor', 1],
    ['Discount.set percent', 1],
    ['Discount.apply', 4],
  ],
  'src/zones.ts': [
    ['of', 1],
    ['zoneOf', 1],
  ],
};
const printed = '540 FAR 4\nRangeError\n';

interface Compiler {
  title: string;
  /** Of tools/build.mjs; without one the sources run as they are. */
  recipe?: string;
  args?: string[];
  /** How the sensor is loaded, if not by `--import`. */
  flag?: '-r' | 'none';
  /** Not every name can be had: places and counts are looked at. */
  mangled?: true;
}

const tsx = `file://${join(repositoryRoot, 'node_modules/tsx/dist/loader.mjs')}`;
const recipe = (name: string, more: Partial<Compiler> = {}): Compiler => ({ title: name, recipe: name, ...more });

const compilers: Compiler[] = [
  recipe('tsc esm'),
  recipe('tsc cjs'),
  recipe('tsc inline map'),
  recipe('esbuild files'),
  recipe('esbuild bundle'),
  recipe('esbuild bundle cjs'),
  recipe('esbuild minified', { mangled: true }),
  recipe('esbuild mangled', { mangled: true }),
  recipe('swc esm'),
  recipe('swc cjs'),
  recipe('babel esm'),
  recipe('babel env'),
  recipe('vite ssr'),
  recipe('webpack'),
  recipe('webpack inline map'),
  recipe('webpack production', { mangled: true }),
  { title: 'tsx', args: ['--import', tsx, 'src/main.ts'] },
  { title: 'ts-node', recipe: 'ts-node', args: ['start.cjs'] },
  recipe('esbuild plugin', { flag: 'none' }),
  recipe('esbuild plugin', { title: 'esbuild plugin, --import too' }),
  recipe('esbuild plugin, minified', { flag: 'none', mangled: true }),
  recipe('esbuild plugin cjs', { flag: 'none' }),
  recipe('esbuild plugin cjs', { title: 'esbuild plugin cjs, -r too', flag: '-r' }),
  recipe('vite plugin', { flag: 'none' }),
  recipe('webpack plugin', { flag: 'none' }),
  recipe('rollup plugin', { flag: 'none', mangled: true }),
  recipe('rspack plugin', { flag: 'none' }),
  { title: 'node -r ts-node', recipe: 'ts-node', args: ['-r', './tsNode.cjs', 'src/main.ts'], flag: '-r' },
  recipe('tsc cjs', { title: 'tsc cjs, the sensor by -r', flag: '-r' }),
  recipe('tsc esm', { title: 'tsc esm, the sensor by -r', flag: '-r' }),
];

let tools: string | undefined;
try {
  tools = installTools();
} catch (error) {
  process.stderr.write(
    `\n*** test/reach is SKIPPED, nothing is known about compilers: ${(error as Error).message}\n\n`,
  );
}

beforeAll(() => void buildSensor());

/** A copy of the app, compiled. */
function compile({ recipe: name }: Compiler, toolFolder: string): string {
  const app = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-reach-')));
  cpSync(join(import.meta.dirname, 'apps/basket'), app, { recursive: true });
  const script = join(import.meta.dirname, 'tools/build.mjs');
  if (name !== undefined)
    execFileSync(process.execPath, [script, name, app, toolFolder], { stdio: 'pipe', timeout: 60_000 });
  return app;
}

/** ts-node uses what newer Nodes deprecate, and that is not what is tested. */
const quiet = { NODE_NO_WARNINGS: '1' };

async function observe(node: string, app: string, { args, flag }: Compiler): Promise<SensorReport> {
  const receiver = await OtlpReceiver.start();
  try {
    const start = args ?? ['build/main.js'];
    const { endpoint } = receiver;
    const result = await runApp({ node, cwd: app, args: start, endpoint, ...(flag && { flag }), env: quiet });
    expect(result).toEqual({ code: 0, signal: null, stderr: '', stdout: printed });
    return receiver.report();
  } finally {
    await receiver.stop();
  }
}

describe.skipIf(tools === undefined).each(compilers)('$title', (compiler) => {
  let app: string;
  beforeAll(() => void (app = compile(compiler, tools ?? '')));
  afterAll(() => rmSync(app, { recursive: true, force: true }));

  test.each(nodes)(
    'Node %i: original places and names, exact calls, no function missing or made up',
    async (_, node) => {
      const report = await observe(node, app, compiler);
      const expected: string[] = [];
      for (const [file, names] of Object.entries(functions)) {
        const places = independentFunctions(join(app, file));
        expect(places).toHaveLength(names.length);
        names.forEach(([name, calls], index) => {
          expected.push(`${file}:${places[index] ?? ''}${compiler.mangled ? '' : ` ${name}`} × ${calls}`);
        });
      }
      const found = [...report.declared.keys()].map((key) => {
        const shown = compiler.mangled ? key.replace(/ .*/, '') : key;
        return `${shown} × ${report.calls.get(key) ?? 0}`;
      });
      expect(found.sort()).toEqual(expected.sort());
      expect(report.notObserved).toEqual(new Map());
      const edges = [...report.edges.keys()].filter((edge) => / fill -> \S+ Basket\.add$/.test(edge));
      expect(edges).toHaveLength(compiler.mangled ? edges.length : 1);
    },
  );

  test.runIf(compiler.flag === 'none')('switched off, it does what it does', async () => {
    const [, node] = nodes.at(-1) ?? [0, process.execPath];
    const env = { ...quiet, OTEL_SDK_DISABLED: 'true' };
    const result = await runApp({ node, cwd: app, args: ['build/main.js'], env });
    expect(result).toEqual({ code: 0, signal: null, stderr: '', stdout: printed });
  });
});
