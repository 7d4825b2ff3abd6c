// A million calls and ten thousand exceptions a second: exact counts, and memory that does not grow, whatever the collector does.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, nodes, runApp } from '../sensor/runApp.js';
import { nobody, startTroubled } from './troubledCollectors.js';

/** `node test/chaos/soak.mjs --long` sets it. */
const seconds = Number(process.env['HINDCAST_SOAK_SECONDS'] ?? 20);
const program = join(import.meta.dirname, 'apps', 'soak.cjs');
const [, node] = nodes.at(-1) ?? [0, process.execPath];

interface Sample {
  atSeconds: number;
  /** Bytes: of the process, its threads included; of the program's heap and buffers after a collection of garbage. */
  rss: number;
  used: number;
}

interface Soak {
  samples: Sample[];
  calls: number;
  exceptions: number;
  awaits: number;
}

async function soak(endpoint: string | undefined): Promise<Soak> {
  const result = await runApp({
    node,
    cwd: import.meta.dirname,
    args: ['--expose-gc', program, String(seconds)],
    ...(endpoint !== undefined && { endpoint }),
    env: { HINDCAST_INTERVAL_MS: '200', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' },
  });
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  const lines = result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  return { ...(lines.pop() as Omit<Soak, 'samples'>), samples: lines as Sample[] };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Growth in MB from the second quarter of the run, when everything is warm, to the last. */
function growth(samples: Sample[], of: 'rss' | 'used'): number {
  const within = (from: number, to: number) =>
    median(
      samples.filter(({ atSeconds: at }) => at >= seconds * from && at < seconds * to).map((sample) => sample[of]),
    );
  return (within(0.75, 1.01) - within(0.25, 0.5)) / 1e6;
}

/** MB. A leak of 8 bytes a call or of 100 bytes an exception would be 80 or 10 MB in the shortest run. */
const MOST_GROWTH = { rss: 8, used: 1 };

function expectFlat(title: string, { samples }: Soak): void {
  const grown = { rss: growth(samples, 'rss'), used: growth(samples, 'used') };
  const last = samples.at(-1);
  const mb = (value: number): string => `${value.toFixed(2)} MB`;
  process.stdout.write(
    `soak ${seconds} s, ${title}: RSS ${mb((last?.rss ?? 0) / 1e6)} (${mb(grown.rss)} grown), heap and buffers ` +
      `${mb((last?.used ?? 0) / 1e6)} (${mb(grown.used)} grown)\n`,
  );
  expect(samples.length).toBeGreaterThan(20);
  expect(grown.rss).toBeLessThan(MOST_GROWTH.rss);
  expect(grown.used).toBeLessThan(MOST_GROWTH.used);
}

beforeAll(() => void buildSensor());

describe('memory is flat', { timeout: seconds * 1000 + 60_000 }, () => {
  test.concurrent('with a collector, and every call and error arrives', async () => {
    const receiver = await OtlpReceiver.start();
    const soaked = await soak(receiver.endpoint);
    await receiver.stop();
    expectFlat('with a collector', soaked);
    const { calls, errors } = receiver.report();
    const of = (counts: Map<string, number>, name: string) =>
      [...counts].filter(([key]) => key.includes(` ${name}`)).map(([, count]) => count);
    expect(of(calls, 'hot')).toEqual([soaked.calls]);
    expect(of(calls, 'awaited')).toEqual([soaked.awaits]);
    expect(of(errors, 'refuse Refused thrown')).toEqual([Math.ceil(soaked.exceptions / 2)]);
    expect(of(errors, 'refuse TypeError thrown')).toEqual([Math.floor(soaked.exceptions / 2)]);
    // As many as the machine could do in the time; all of them when it has nothing else to do.
    process.stdout.write(`soak ${seconds} s: ${(soaked.calls / 1e6 / seconds).toFixed(2)} M calls a second\n`);
    expect(soaked.calls).toBeGreaterThan(100_000);
  });

  test.concurrent('with nobody there', async () => {
    expectFlat('with nobody there', await soak(await nobody()));
  });

  test.concurrent('with a collector that never answers', async () => {
    const collector = await startTroubled('takes calls and never answers');
    expectFlat('with a collector that never answers', await soak(collector.endpoint));
    await collector.stop();
  });
});
