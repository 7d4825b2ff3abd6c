// Every function form and every way to look at a program: the same output, errors and exit code with the sensor as without.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeBinary } from '../../../scripts/nodeBinaries.mjs';
import { startSensorSink } from '../sensorSink.mjs';
import { listPrograms, runProgram } from './programs.mjs';

let sink: Awaited<ReturnType<typeof startSensorSink>>;
beforeAll(async () => {
  sink = await startSensorSink();
});
afterAll(() => sink.close());

describe.each([20, 22, 24])('node %i', (major) => {
  const programs = listPrograms().filter(({ minNode }) => major >= minNode);
  test.each(programs)('$file', async ({ file, isObserved }) => {
    const node = nodeBinary(major);
    if (!node) throw new Error(`There is no Node ${major} here; run npm ci.`);
    const bare = await runProgram({ node, file });
    sink.take();
    const sensor = await runProgram({ node, file, endpoint: sink.endpoint });
    expect(sensor).toEqual(bare);
    const { calls, declared, notObserved } = sink.take();
    expect([...notObserved.keys()].some((path) => path.endsWith(file))).toBe(!isObserved);
    if (!isObserved) return;
    // A program that was not instrumented would prove nothing.
    expect([...declared.values()].some((path) => path.endsWith(file))).toBe(true);
    expect(calls.size).toBeGreaterThan(0);
  });
});
