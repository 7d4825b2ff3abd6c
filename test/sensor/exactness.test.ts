// Every call of every function arrives, at its original place, however the code was loaded.
import { beforeAll, describe, expect, test } from 'vitest';
import ts from 'typescript';
import { OtlpReceiver, type SensorReport } from './otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp } from './runApp.js';

/** Calls by name that `typeScriptSource` makes when run with `n`. */
const expectedCalls = (n: number): Record<string, number> => ({
  leaf: n,
  sync: n,
  arrow: n,
  'makeClosure.<return>': n,
  makeClosure: 1,
  'Counter.constructor': n,
  'Counter.add': n,
  'Counter.get total': n,
  'Counter.create': n,
  generate: n,
  asynchronous: n,
  arrowAsync: n,
  rejecting: n,
  failing: n,
  passing: n,
  'object.method': n,
  // n runs of recurse(4)
  recurse: 5 * n,
  main: 1,
});

/** TypeScript that is JavaScript when its types are removed, in every form that the counts above name. */
const typeScriptSource = `// A comment, so that lines differ from 1.
interface Shape { kind: string }

function leaf(a: number): number {
  return a;
}
function sync(a: number): number { return leaf(a) + 1; }
const arrow = (a: number): number => a + 1;
function makeClosure(): (a: number) => number {
  let total = 0;
  return (a: number) => (total += a);
}
class Counter {
  private sum: number;
  constructor(start: number) { this.sum = start; }
  add(by: number): this { this.sum += by; return this; }
  get total(): number { return this.sum; }
  static create(start: number): Counter { return new Counter(start); }
}
function* generate(): Generator<number> { yield 1; yield 2; }
async function asynchronous(a: number): Promise<number> {
  await null;
  return a;
}
const arrowAsync = async (a: number): Promise<number> => a;
async function rejecting(): Promise<never> { return Promise.reject(new RangeError('no')); }
function failing(): never { throw new TypeError('no'); }
function passing(): void { failing(); }
const object = { method(shape?: Shape): string { return shape?.kind ?? 'none'; } };
function recurse(depth: number): number { return depth === 0 ? 0 : 1 + recurse(depth - 1); }

export async function main(n: number): Promise<void> {
  const closure = makeClosure();
  for (let i = 0; i < n; i++) {
    sync(i); arrow(i); closure(i);
    if (Counter.create(1).add(2).total !== 3) throw new Error('wrong');
    for (const _ of generate());
    await asynchronous(i); await arrowAsync(i);
    try { await rejecting(); } catch {}
    try { passing(); } catch {}
    object.method(); recurse(4);
  }
}
`;

interface Variant {
  title: string;
  files: (n: number) => Record<string, string>;
  entry: string;
  /** The file that reports name. */
  reported: string;
  minimumNode?: number;
}

function compile(
  module: ts.ModuleKind,
  target: ts.ScriptTarget,
  maps: ts.CompilerOptions,
): { js: string; map: string } {
  const { outputText, sourceMapText } = ts.transpileModule(typeScriptSource, {
    fileName: 'app.ts',
    compilerOptions: { module, target, ...maps },
  });
  return { js: outputText, map: sourceMapText ?? '' };
}

const cjsRunner = (from: string) => (n: number) => `require('${from}').main(${n});`;
const esmRunner = (from: string) => (n: number) => `import { main } from '${from}'; await main(${n});`;
const plain = (module: ts.ModuleKind): string => compile(module, ts.ScriptTarget.ES2023, {}).js;

const variants: Variant[] = [
  {
    title: 'CommonJS',
    files: (n) => ({ 'run.cjs': cjsRunner('./app.cjs')(n), 'app.cjs': plain(ts.ModuleKind.CommonJS) }),
    entry: 'run.cjs',
    reported: 'app.cjs',
  },
  {
    title: 'ES modules',
    files: (n) => ({ 'run.mjs': esmRunner('./app.mjs')(n), 'app.mjs': plain(ts.ModuleKind.ESNext) }),
    entry: 'run.mjs',
    reported: 'app.mjs',
  },
  {
    title: 'TypeScript compiled to CommonJS, map beside it',
    files: (n) => {
      const { js, map } = compile(ts.ModuleKind.CommonJS, ts.ScriptTarget.ES2022, { sourceMap: true });
      const fixed = JSON.stringify({ ...(JSON.parse(map) as object), sources: ['../src/app.ts'] });
      return {
        'run.cjs': cjsRunner('./dist/app.js')(n),
        'dist/app.js': js,
        'dist/app.js.map': fixed,
        'src/app.ts': typeScriptSource,
      };
    },
    entry: 'run.cjs',
    reported: 'src/app.ts',
  },
  {
    title: 'TypeScript compiled to ES modules, map inline',
    files: (n) => {
      const options = { inlineSourceMap: true, inlineSources: true };
      const { js } = compile(ts.ModuleKind.ESNext, ts.ScriptTarget.ES2022, options);
      return { 'run.mjs': esmRunner('./app.mjs')(n), 'app.mjs': js };
    },
    entry: 'run.mjs',
    reported: 'app.ts',
  },
  {
    title: 'TypeScript as Node strips it, ES module',
    files: (n) => ({ 'run.mjs': esmRunner('./app.mts')(n), 'app.mts': typeScriptSource }),
    entry: 'run.mjs',
    reported: 'app.mts',
    minimumNode: 22,
  },
  {
    title: 'TypeScript as Node strips it, required',
    files: (n) => ({ 'run.cjs': cjsRunner('./app.mts')(n), 'app.mts': typeScriptSource }),
    entry: 'run.cjs',
    reported: 'app.mts',
    minimumNode: 22,
  },
];

/** Function name → line and column of its name, or of its first token, in the TypeScript source. */
function expectedPlaces(): Map<string, string> {
  const places = new Map<string, string>();
  const find = (name: string, text: string, offset = 0): void => {
    const at = typeScriptSource.indexOf(text) + offset;
    const before = typeScriptSource.slice(0, at).split('\n');
    places.set(name, `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`);
  };
  find('leaf', 'leaf(');
  find('sync', 'sync(a');
  find('arrow', '(a: number): number => a + 1');
  find('makeClosure', 'makeClosure(');
  find('makeClosure.<return>', '(a: number) => (total');
  find('Counter.constructor', 'constructor(');
  find('Counter.add', 'add(by');
  find('Counter.get total', 'total(): number');
  find('Counter.create', 'create(start');
  find('generate', 'generate()');
  find('asynchronous', 'asynchronous(a: ');
  find('arrowAsync', 'async (a: number)');
  find('rejecting', 'rejecting()');
  find('failing', 'failing()');
  find('passing', 'passing()');
  find('object.method', 'method(shape');
  find('recurse', 'recurse(depth');
  find('main', 'main(n');
  return places;
}

let receiver: OtlpReceiver;
beforeAll(() => void buildSensor());

async function run(
  node: string,
  files: Record<string, string>,
  args: string[],
  env: Record<string, string> = {},
): Promise<SensorReport> {
  receiver = await OtlpReceiver.start();
  const app = makeApp({ 'package.json': '{"name":"exact","version":"3.2.1"}', ...files });
  try {
    const result = await runApp({
      node,
      cwd: app.root,
      args,
      endpoint: receiver.endpoint,
      env: { HINDCAST_EXIT_TIMEOUT_MS: '60000', ...env },
    });
    expect(result.stderr.replace(/\(node:\d+\) ExperimentalWarning: .*\n.*\n/g, '')).toBe('');
    expect(result.code).toBe(0);
    return receiver.report();
  } finally {
    app.remove();
    await receiver.stop();
  }
}

describe.each(nodes)('Node %i', (major, node) => {
  const possible = variants.filter(({ minimumNode = 0 }) => major >= minimumNode);
  test.each(possible)('$title: exact counts at original places', async ({ files, entry, reported }) => {
    for (const n of [10, 100_000]) {
      const report = await run(node, files(n), [entry]);
      const ofFile = [...report.calls].filter(([key]) => key.startsWith(`${reported}:`));
      const counts = Object.fromEntries(ofFile.map(([key, calls]) => [key.slice(key.indexOf(' ') + 1), calls]));
      const wanted = Object.fromEntries(Object.entries(expectedCalls(n)).filter(([, calls]) => calls > 0));
      expect(counts).toEqual(wanted);

      const isTypeScript = reported.endsWith('ts');
      if (isTypeScript) {
        const places = ofFile.map(([key]) => [
          key.slice(key.indexOf(' ') + 1),
          key.slice(reported.length + 1, key.indexOf(' ')),
        ]);
        expect(Object.fromEntries(places)).toEqual(Object.fromEntries(expectedPlaces()));
      }
      // Nothing is counted that was not declared, and everything declared in this program runs.
      const declared = [...report.declared.keys()].filter((key) => key.startsWith(`${reported}:`)).sort();
      expect(declared).toEqual(ofFile.map(([key]) => key).sort());

      const failures = [...report.errors].map(([key, calls]) => [key.slice(key.indexOf(' ') + 1), calls]);
      expect(Object.fromEntries(failures)).toEqual({
        'failing TypeError thrown': n,
        'passing TypeError passed': n,
        'rejecting RangeError thrown': n,
      });
      expectEdgesAddUp(report);
      // Only details may be given up, and only of functions that are called very often.
      report.drops.delete('governor_samples');
      expect(report.drops).toEqual(new Map());
      expect(report.resource).toMatchObject({ 'service.name': 'exact', 'service.version': '3.2.1' });
    }
  });

  test('calls that there was no budget to look at are not said to come from outside', async () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `f${i}`);
    const text = `${names.map((name) => `function ${name}() { return ${name}.name; }`).join('\n')}
function main() { ${names.map((name) => `${name}();`).join(' ')} }
main();`;
    const report = await run(node, { 'main.cjs': text }, ['main.cjs'], { HINDCAST_CPU_BUDGET: '0.000001' });
    expect(report.calls.size).toBe(names.length + 1);
    expect(report.drops.get('governor_samples')).toBeGreaterThan(0);
    const entries = [...report.edges.keys()].filter((edge) => edge.startsWith('(entry)'));
    expect(entries.filter((edge) => !edge.endsWith(' main'))).toEqual([]);
    expect(new Set([...report.edges.values()])).toEqual(new Set([1]));
  });
});

function expectEdgesAddUp(report: SensorReport): void {
  const sums = new Map<string, number>();
  for (const [edge, calls] of report.edges) {
    const callee = edge.slice(edge.indexOf(' -> ') + 4);
    sums.set(callee, (sums.get(callee) ?? 0) + calls);
  }
  expect(sums).toEqual(report.calls);
  for (const [edge, samples] of report.edgeSamples) expect(samples).toBeLessThanOrEqual(report.edges.get(edge) ?? 0);
  const callerOf = (callee: string): string[] =>
    [...report.edges.keys()]
      .filter((edge) => edge.endsWith(` ${callee}`))
      .map((edge) => edge.slice(0, edge.indexOf(' -> ')).replace(/^\S+ /, ''));
  expect(callerOf('leaf')).toEqual(['sync']);
  expect(callerOf('failing')).toEqual(['passing']);
  expect(callerOf('recurse').sort()).toEqual(['main', 'recurse']);
  expect(callerOf('Counter.constructor')).toEqual(['Counter.create']);
}
