// More of everything than a service has: it is counted, or counted as given up where `hindcast status` shows it.
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runProgram, startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { buildSensor, makeApp, nodes, runApp } from '../sensor/runApp.js';

interface Status {
  services: { functions: number; calls: number; files: number; drops: { reason: string; count: number }[] }[];
}

const [, node] = nodes.at(-1) ?? [0, process.execPath];
let collector: RunningProgram;

beforeAll(() => void buildSensor());
beforeEach(async () => void (collector = await startCollectorProgram()));
afterEach(() => collector.end());

async function status(): Promise<Status['services'][number] | undefined> {
  const { out } = await runProgram(['status', '--json', '--collector', collector.query]);
  return (JSON.parse(out) as Status).services[0];
}

/** A module of so many functions, each called once when `call` is called. */
const many = (count: number): string =>
  `const all = [\n${'  (x) => x + 1,\n'.repeat(count)}];\nexports.call = () => all.reduce((sum, one) => one(sum), 0);`;

/** A service of so many functions, observed until the collector has what `arrived` waits for; then it is ended. */
async function observeMany(
  files: number,
  each: number,
  arrived: (service: Status['services'][number]) => boolean,
): Promise<Status['services'][number] | undefined> {
  const texts = Object.fromEntries(Array.from({ length: files }, (_, i) => [`many${i}.cjs`, many(each)]));
  const app = makeApp({
    ...texts,
    'app.cjs': `let sum = 0; for (let i = 0; i < ${files}; i++) sum += require('./many' + i + '.cjs').call();
console.log(sum); setInterval(() => {}, 1000);`,
  });
  let end = (): void => undefined;
  const ended = runApp({
    node,
    cwd: app.root,
    args: [join(app.root, 'app.cjs')],
    endpoint: `http://${collector.otlpGrpc}`,
    // One report of all that takes its time on a busy machine.
    env: { HINDCAST_INTERVAL_MS: '500', OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
    onStart: (child) => (end = () => child.kill('SIGTERM')),
  });
  const deadline = Date.now() + 60_000;
  let service = await status();
  while (!(service && arrived(service)) && Date.now() < deadline) service = await status();
  end();
  const result = await ended;
  app.remove();
  expect(result).toEqual({ code: null, signal: 'SIGTERM', stderr: '', stdout: `${files * each}\n` });
  return service;
}

test('100,000 functions are declared and counted; what is too much is given up, and status says so', async () => {
  // Of each file also `call` and the callback of `reduce`, and the callback of `setInterval`.
  const functions = 4 * 25_002 + 1;
  const calls = 4 * 50_001;
  const service = await observeMany(4, 25_000, (now) => now.functions === functions && now.calls >= calls);
  expect(service).toMatchObject({ functions, files: 5 });
  // The timer's calls come on top.
  expect(service?.calls).toBeGreaterThanOrEqual(calls);
  expect(service?.calls).toBeLessThan(calls + 120);
  const given = service?.drops.filter(({ count }) => count > 0) ?? [];
  // Which of the two comes first depends on how busy the machine is.
  expect(given.length).toBeGreaterThan(0);
  for (const { reason } of given) expect(['edge_limit', 'governor_samples']).toContain(reason);
  const { out } = await runProgram(['status', '--collector', collector.query]);
  for (const { reason } of given) expect(out).toMatch(new RegExp(`given up: .*${reason} \\d+`));
});
