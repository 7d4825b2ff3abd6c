// What the sensor sends when: ends of processes, absent and failing collectors.
import { status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from './otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp, type RunResult } from './runApp.js';

beforeAll(() => void buildSensor());

/** Waits until `condition` holds; fails after 20 s. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited for too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Ending {
  title: string;
  text: string;
  /** Sent once the sensor has reported for the first time. */
  signal?: NodeJS.Signals;
  code: number | null;
  endSignal: NodeJS.Signals | null;
}

/** Calls f again and again, and prints how often it has. */
const steadily = `let n = 0; const timer = setInterval(() => { f(); console.log(++n); }, 5);`;
const endings: Ending[] = [
  { title: 'it runs to its end', text: '', code: 0, endSignal: null },
  { title: 'process.exit', text: 'process.exit(5);', code: 5, endSignal: null },
  {
    title: 'process.exit in an exit listener',
    text: `process.on('exit', () => process.exit(4));`,
    code: 4,
    endSignal: null,
  },
  { title: 'an uncaught exception', text: `throw new Error('x');`, code: 1, endSignal: null },
  { title: 'an unhandled rejection', text: `Promise.reject(new Error('x'));`, code: 1, endSignal: null },
  { title: 'SIGTERM', text: steadily, signal: 'SIGTERM', code: null, endSignal: 'SIGTERM' },
  { title: 'SIGINT', text: steadily, signal: 'SIGINT', code: null, endSignal: 'SIGINT' },
  { title: 'SIGHUP', text: steadily, signal: 'SIGHUP', code: null, endSignal: 'SIGHUP' },
  {
    title: 'SIGTERM that the program handles',
    text: `process.on('SIGTERM', () => { clearInterval(timer); setTimeout(() => process.exit(9), 50); }); ${steadily}`,
    signal: 'SIGTERM',
    code: 9,
    endSignal: null,
  },
  {
    title: 'SIGTERM that the program no longer handles',
    text: `const no = () => {}; process.on('SIGTERM', no); process.off('SIGTERM', no); ${steadily}`,
    signal: 'SIGTERM',
    code: null,
    endSignal: 'SIGTERM',
  },
];

describe.each(nodes)('Node %i', (_, node) => {
  test('a program that never yields is ended by a signal', async () => {
    const receiver = await OtlpReceiver.start();
    const app = makeApp({ 'app.cjs': 'function f() {} for (;;) f();' });
    try {
      const result = await runApp({
        node,
        cwd: app.root,
        args: ['app.cjs'],
        endpoint: receiver.endpoint,
        onStart: (child) => void receiver.firstReport.then(() => child.kill('SIGTERM')),
      });
      expect(result).toMatchObject({ code: null, signal: 'SIGTERM' });
    } finally {
      app.remove();
      await receiver.stop();
    }
  });

  test.each(endings)('the last interval arrives: $title', async ({ text, signal, code, endSignal }) => {
    const receiver = await OtlpReceiver.start();
    const app = makeApp({ 'app.cjs': `function f() {} f(); process.on('exit', () => f()); f(); ${text}` });
    try {
      const result = await runApp({
        node,
        cwd: app.root,
        args: ['app.cjs'],
        endpoint: receiver.endpoint,
        onStart: (child) => {
          if (signal) void receiver.firstReport.then(() => child.kill(signal));
        },
      });
      expect({ code: result.code, signal: result.signal }).toEqual({ code, signal: endSignal });
      const byExit = endSignal === null ? 1 : 0;
      const calls = receiver.report().calls.get('app.cjs:1:10 f');
      const printed = result.stdout.trim().split('\n').map(Number).at(-1) ?? 0;
      // The signal may come between a call and its line, and the program runs on while the last report is on its way.
      const surplus = (calls ?? 0) - 2 - byExit - printed;
      expect(surplus).toBeLessThanOrEqual(1);
      expect(surplus).toBeGreaterThanOrEqual(endSignal === null ? 0 : -100);
      expect(receiver.metrics.length).toBeGreaterThanOrEqual(signal ? 2 : 1);
    } finally {
      app.remove();
      await receiver.stop();
    }
  });
});

/** A program that calls `tick` once each 5 ms until it is told to stop, then says how often. */
const ticking = `let n = 0; function tick() { n++; }
const timer = setInterval(() => tick(), 5);
process.on('SIGUSR2', () => { clearInterval(timer); console.log(n); process.exit(); });`;

const [, node] = nodes.at(-1) ?? [0, process.execPath];

function ticks(endpoint: string): { stop(): Promise<RunResult> } {
  const app = makeApp({ 'app.cjs': ticking });
  let stop = (): void => undefined;
  const ended = runApp({
    node,
    cwd: app.root,
    args: ['app.cjs'],
    endpoint,
    env: { HINDCAST_INTERVAL_MS: '100' },
    onStart: (child) => (stop = () => child.kill('SIGUSR2')),
  });
  return {
    stop: async () => {
      stop();
      const result = await ended;
      app.remove();
      return result;
    },
  };
}

const tickKey = 'app.cjs:1:21 tick';

test('a batch that fails is sent again byte for byte, and every call arrives once', async () => {
  const receiver = await OtlpReceiver.start();
  const program = ticks(receiver.endpoint);
  await until(() => receiver.metrics.length >= 2);
  receiver.failNext(3, status.UNAVAILABLE);
  const failedFrom = receiver.raw.length;
  await until(() => receiver.raw.length >= failedFrom + 5);
  const [first, ...again] = receiver.raw.slice(failedFrom, failedFrom + 4);
  for (const request of again) expect(request.equals(first ?? Buffer.alloc(0))).toBe(true);
  const { stdout } = await program.stop();
  expect(receiver.report().calls.get(tickKey)).toBe(Number(stdout));
  const times = receiver.metrics.map((request) =>
    JSON.stringify(request.resourceMetrics[0]?.scopeMetrics?.[0]?.metrics?.[0]?.sum?.dataPoints?.[0]?.timeUnixNano),
  );
  expect(new Set(times).size).toBe(times.length);
  await receiver.stop();
});

test('what the collector refuses for good is dropped and counted', async () => {
  const receiver = await OtlpReceiver.start();
  const program = ticks(receiver.endpoint);
  await until(() => receiver.metrics.length >= 1);
  receiver.failNext(1, status.INVALID_ARGUMENT);
  await until(() => receiver.report().drops.has('rejected_by_collector'));
  expect(receiver.report().drops.get('rejected_by_collector')).toBe(1);
  await program.stop();
  await receiver.stop();
});

test('a collector that comes later hears of every file and every call, and so does the next one', async () => {
  const first = await OtlpReceiver.start();
  const { port } = first;
  await first.stop();
  const program = ticks(`http://127.0.0.1:${port}`);
  const second = await OtlpReceiver.start(port);
  await until(() => second.report().calls.has(tickKey));
  expect(second.report().declared.has(tickKey)).toBe(true);
  await second.stop();
  const third = await OtlpReceiver.start(port);
  await until(() => third.report().calls.has(tickKey));
  expect(third.report().declared.has(tickKey)).toBe(true);
  const { stdout } = await program.stop();
  const calls = (second.report().calls.get(tickKey) ?? 0) + (third.report().calls.get(tickKey) ?? 0);
  // The second receiver may have been cut off after it had noted a batch and before it said so.
  expect(calls).toBeGreaterThanOrEqual(Number(stdout));
  expect(Number(stdout)).toBeGreaterThan(0);
  await third.stop();
});

test('without a collector a program ends as fast as it would, and says nothing', async () => {
  const app = makeApp({ 'app.cjs': `function f() {} f(); setTimeout(f, 1500);` });
  const started = Date.now();
  const result = await runApp({ node, cwd: app.root, args: ['app.cjs'], endpoint: 'http://127.0.0.1:9' });
  expect(result).toEqual({ stdout: '', stderr: '', code: 0, signal: null });
  expect(Date.now() - started).toBeLessThan(3_400);
  app.remove();
});

test('a file that cannot be instrumented runs, and is reported with the reason', async () => {
  const receiver = await OtlpReceiver.start();
  const app = makeApp({
    'app.cjs': `require('./with.cjs'); require('./taken.cjs'); require('./deep.cjs'); console.log('done');`,
    'with.cjs': `with ({ a: 1 }) { (function () { console.log(a); })(); }`,
    'taken.cjs': `const $hcC = 1; console.log($hcC);`,
    'deep.cjs': `module.exports = ${'['.repeat(3000)}${']'.repeat(3000)};`,
  });
  const result = await runApp({ node, cwd: app.root, args: ['app.cjs'], endpoint: receiver.endpoint });
  expect(result).toMatchObject({ code: 0, stdout: '1\n1\ndone\n' });
  const { notObserved } = receiver.report();
  expect(notObserved.get('with.cjs')).toContain('`with` statement');
  expect(notObserved.get('taken.cjs')).toContain('names that the sensor needs');
  app.remove();
  await receiver.stop();
});
