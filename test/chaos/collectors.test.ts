// Whatever the collector does, the program does what it would have done without the sensor.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp, type RunResult } from '../sensor/runApp.js';
import { nobody, startTroubled, type TroubledCollector, troubles } from './troubledCollectors.js';

const [, node] = nodes.at(-1) ?? [0, process.execPath];
const program = join(import.meta.dirname, 'apps', 'steady.cjs');
const PROGRAM_MS = 2_000;
/** The last report may take 2 s; the rest is for a busy machine. */
const LONGEST_END_MS = 2_000 + 3_000;

const run = (endpoint?: string): Promise<RunResult> =>
  runApp({
    node,
    cwd: import.meta.dirname,
    args: [program, String(PROGRAM_MS)],
    ...(endpoint !== undefined && { endpoint }),
    // Short times, so that every kind of failure is met many times within the program's life.
    env: { HINDCAST_INTERVAL_MS: '100', OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
  });

let bare: RunResult;

beforeAll(async () => {
  buildSensor();
  bare = await run();
  expect(bare).toMatchObject({ code: 3, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) as string });
});

describe('the program is what it was, with a collector that', () => {
  test.concurrent.each(troubles)('%s', async (trouble) => {
    const collector = await startTroubled(trouble);
    const started = performance.now();
    const result = await run(collector.endpoint);
    expect(performance.now() - started).toBeLessThan(PROGRAM_MS + LONGEST_END_MS);
    const tried = collector.connections();
    await collector.stop();
    expect(result).toEqual(bare);
    expect(tried).toBeGreaterThan(0);
  });

  test.concurrent('is not there', async () => {
    expect(await run(await nobody())).toEqual(bare);
  });

  test.concurrent('has no address', async () => {
    expect(await run('http://nowhere.invalid:4317')).toEqual(bare);
    expect(await run('https://127.0.0.1:1')).toEqual(bare);
  });

  test.concurrent('dies half-way', async () => {
    const receiver = await OtlpReceiver.start();
    const result = run(receiver.endpoint);
    await until(() => receiver.metrics.length > 2);
    await receiver.stop();
    expect(await result).toEqual(bare);
  });

  test.concurrent('dies and comes back: what was counted meanwhile arrives, once', async () => {
    const first = await OtlpReceiver.start();
    const result = run(first.endpoint);
    await until(() => first.metrics.length > 2);
    await first.stop();
    const second = await OtlpReceiver.start(first.port);
    expect(await result).toEqual(bare);
    const calls = (name: string) =>
      [first, second]
        .flatMap((receiver) => [...receiver.report().calls])
        .filter(([key]) => key.endsWith(` ${name}`))
        .reduce((sum, [, count]) => sum + count, 0);
    // What the first noted and could not acknowledge any more was sent again, so it may be there twice, never less than once.
    expect(calls('decide')).toBeGreaterThanOrEqual(60);
    expect(calls('fold')).toBeGreaterThanOrEqual(40);
    await second.stop();
  });
});

describe('SIGTERM while a report hangs', () => {
  const forever = `function f() {} f(); setInterval(f, 10); setTimeout(() => console.log('up'), 1300);`;
  const handled = `${forever} process.on('SIGTERM', () => { console.log('closing'); process.exit(7); });`;
  test.concurrent.each([
    { title: 'left to its default', text: forever, outcome: { code: null, signal: 'SIGTERM', stdout: 'up\n' } },
    { title: 'handled', text: handled, outcome: { code: 7, signal: null, stdout: 'up\nclosing\n' } },
  ])('$title: ends as it would, within the bound', async ({ text, outcome }) => {
    const app = makeApp({ 'app.cjs': text });
    const collector: TroubledCollector = await startTroubled('takes calls and never answers');
    let askedAt = 0;
    const result = await runApp({
      node,
      cwd: app.root,
      args: ['app.cjs'],
      endpoint: collector.endpoint,
      env: { HINDCAST_INTERVAL_MS: '100' },
      onStart: (child) => {
        child.stdout?.once('data', () => {
          askedAt = performance.now();
          child.kill('SIGTERM');
        });
      },
    });
    expect(performance.now() - askedAt).toBeLessThan(LONGEST_END_MS);
    expect(result).toEqual({ stderr: '', ...outcome });
    await collector.stop();
    app.remove();
  });
});

/** Waits until `condition` holds; fails after 20 s. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited for too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
