// Random programs do the same with the sensor as without, and the sensor counts what V8 counts.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeBinary } from '../../../scripts/nodeBinaries.mjs';
import { runApp } from '../runApp.mjs';
import { startSensorSink } from '../sensorSink.mjs';
import { MARKER, randomProgram } from './randomProgram';

const runs = Number(process.env['HINDCAST_PROPERTY_RUNS'] ?? 12);

interface FunctionCoverage {
  functionName: string;
  ranges: { startOffset: number; count: number }[];
}

let sink: Awaited<ReturnType<typeof startSensorSink>>;
let folder: string;
beforeAll(async () => {
  sink = await startSensorSink();
  folder = await mkdtemp(join(tmpdir(), 'hindcast-property-'));
  await writeFile(join(folder, 'package.json'), '{"name":"property","type":"module"}');
});
afterAll(async () => {
  await sink.close();
  await rm(folder, { recursive: true, force: true });
});

/** V8's calls by the line that a function starts on, summed over the functions of that line. */
async function oracle(node: string, file: string, source: string): Promise<Map<number, number>> {
  const coverageFile = join(folder, 'coverage.json');
  const precise = join(import.meta.dirname, 'precise.cjs');
  const run = await runApp({
    node,
    folder,
    argv: ['--require', precise, file],
    env: { HINDCAST_ORACLE: coverageFile },
  });
  expect(run.exit).toBe(0);
  const scripts = JSON.parse(await readFile(coverageFile, 'utf8')) as { url: string; functions: FunctionCoverage[] }[];
  const script = scripts.find(({ url }) => url.endsWith(file));
  const calls = new Map<number, number>();
  for (const { functionName, ranges } of script?.functions ?? []) {
    const [range] = ranges;
    // The module itself, and the initializers of class fields, which V8 treats as functions and nobody wrote as such.
    if (!range || range.startOffset === 0 || functionName === '<instance_members_initializer>') continue;
    add(calls, source.slice(0, range.startOffset).split('\n').length, range.count);
  }
  for (const [index, line] of source.split('\n').entries()) {
    if (line.startsWith(`const ${MARKER}`)) calls.set(index + 2, calls.get(index + 1) ?? 0);
  }
  return withoutZeros(calls);
}

function sensorCalls(heard: ReturnType<typeof sink.take>, file: string): Map<number, number> {
  const calls = new Map<number, number>();
  for (const [key, count] of heard.calls) {
    const [, path, line] = /^(.*?):(\d+):/.exec(key) ?? [];
    if (path === file) add(calls, Number(line), count);
  }
  return withoutZeros(calls);
}

function add(calls: Map<number, number>, line: number, count: number): void {
  calls.set(line, (calls.get(line) ?? 0) + count);
}

function withoutZeros(calls: Map<number, number>): Map<number, number> {
  return new Map([...calls].filter(([, count]) => count > 0).sort(([a], [b]) => a - b));
}

test.each([20, 22, 24])('node %i', async (major) => {
  const node = nodeBinary(major);
  if (!node) throw new Error(`There is no Node ${major} here; run npm ci.`);
  let nth = 0;
  await fc.assert(
    fc.asyncProperty(randomProgram, async (source) => {
      const file = `program${major}-${nth++}.js`;
      await writeFile(join(folder, file), source);
      const bare = await runApp({ node, folder, argv: [file] });
      sink.take();
      const sensor = await runApp({ node, folder, argv: [file], endpoint: sink.endpoint });
      const heard = sink.take();
      expect({ ...sensor, seconds: 0 }).toEqual({ ...bare, seconds: 0 });
      expect(bare.exit).toBe(0);
      expect(sensorCalls(heard, file)).toEqual(await oracle(node, file, source));
    }),
    { numRuns: runs, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: false, endOnFailure: false },
  );
});
