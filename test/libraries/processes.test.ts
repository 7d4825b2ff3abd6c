// Threads and child processes report as instances of their own, with exact counts each; timers in all their forms.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp } from '../sensor/runApp.js';
import { factsOf, sensorFacts } from '../services/sensorFacts.js';
import { listenLocally } from './servers/localServer.js';

let registerModule = '';

beforeAll(() => {
  registerModule = buildSensor();
});

/** Calls `step` so often, and goes on living until the test has seen it: the last report of a busy machine may come too late. */
const job = `
import { connect } from 'node:net';
import { once } from 'node:events';
export async function job(times) {
  for (let i = 0; i < times; i++) step();
  if (process.env.HOLD) await once(connect(Number(process.env.HOLD), '127.0.0.1').on('error', () => undefined), 'close');
}
function step() {}
`;
const DEADLINE_MS = 60_000;

interface Run {
  /** Calls of `step` by instance, ascending. */
  readonly steps: readonly number[];
  readonly entries: Record<string, number>;
  readonly stdout: string;
}

/** `instances`: that many have to report `step` before the program may end. */
async function run(node: string, files: Record<string, string>, instances = 0): Promise<Run> {
  const receiver = await OtlpReceiver.start();
  const hold = await listenLocally(() => undefined);
  const seen = (): boolean => stepsOf(receiver).length >= instances;
  const released = vi.waitUntil(seen, { timeout: DEADLINE_MS, interval: 50 }).finally(() => hold.stop());
  const app = makeApp({ 'package.json': '{"name":"shop","type":"module"}', 'job.js': job, ...files });
  try {
    const { code, stdout, stderr } = await runApp({
      node,
      cwd: app.root,
      args: ['--no-warnings', 'main.js'],
      endpoint: receiver.endpoint,
      env: { HINDCAST_INTERVAL_MS: '200', ...(instances > 0 && { HOLD: String(hold.port) }) },
    });
    expect([code, stderr]).toEqual([0, '']);
    await released;
    const entries = factsOf(sensorFacts(receiver.metrics), 'shop', 'entry.calls');
    return { steps: stepsOf(receiver), entries, stdout };
  } finally {
    await receiver.stop();
    app.remove();
  }
}

/** Calls of `step` by instance, ascending. */
function stepsOf(receiver: OtlpReceiver): number[] {
  const byInstance = new Map<string, OtlpReceiver['metrics']>();
  for (const request of receiver.metrics) {
    const attributes = request.resourceMetrics[0]?.resource?.attributes ?? [];
    const id = attributes.find(({ key }) => key === 'service.instance.id')?.value?.stringValue ?? '';
    byInstance.set(id, [...(byInstance.get(id) ?? []), request]);
  }
  const steps = [...byInstance.values()].flatMap(
    (requests) => factsOf(sensorFacts(requests), 'shop', 'function.calls')['function.name=step'] ?? [],
  );
  return steps.sort((a, b) => a - b);
}

describe.each(nodes)('on Node %i', (_, node) => {
  test('worker threads', async () => {
    const { steps } = await run(
      node,
      {
        'main.js': `
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { job } from './job.js';
await Promise.all([job(3), ...[5, 7].map((times) => once(new Worker(new URL('worker.js', import.meta.url), { workerData: times }), 'exit'))]);
`,
        'worker.js': `
import { workerData } from 'node:worker_threads';
import { job } from './job.js';
await job(workerData);
`,
      },
      3,
    );
    expect(steps).toEqual([3, 5, 7]);
  });

  test('a cluster', async () => {
    const { steps } = await run(
      node,
      {
        'main.js': `
import cluster from 'node:cluster';
import { once } from 'node:events';
import { job } from './job.js';
if (cluster.isPrimary) {
  await Promise.all([job(2), ...[4, 6].map((times) => once(cluster.fork({ TIMES: String(times) }), 'exit'))]);
} else {
  await job(Number(process.env.TIMES));
  cluster.worker.disconnect();
}
`,
      },
      3,
    );
    expect(steps).toEqual([2, 4, 6]);
  });

  test('forked processes, which inherit the flag, and spawned ones by NODE_OPTIONS', async () => {
    const { steps } = await run(
      node,
      {
        'main.js': `
import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { job } from './job.js';
const NODE_OPTIONS = '--import ${registerModule}';
const child = new URL('child.js', import.meta.url).pathname;
await Promise.all([
  job(1),
  once(fork(child, ['8']), 'exit'),
  once(spawn(process.execPath, [child, '9'], { env: { ...process.env, NODE_OPTIONS } }), 'exit'),
  new Promise((resolve, reject) => execFile(process.execPath, ['--import', '${registerModule}', child, '10'], (error) => (error ? reject(error) : resolve()))),
]);
`,
        'child.js': `
import { job } from './job.js';
await job(Number(process.argv[2]));
`,
      },
      4,
    );
    expect(steps).toEqual([1, 8, 9, 10]);
  });

  test('timers: imported by name, promised, setting themselves again', async () => {
    const { entries } = await run(node, {
      'main.js': `
import { setInterval as every, setTimeout as once, clearInterval } from 'node:timers';
import { setInterval as ticks } from 'node:timers/promises';
let left = 3;
await new Promise((resolve) => {
  const timer = every(async function byName() {
    await null;
    if (--left === 0) { clearInterval(timer); resolve(); }
  }, 1);
});
// The last tick has to be over: what is set while work is going on may be a part of it.
await new Promise(setImmediate);
let rounds = 4;
await new Promise((resolve) => {
  async function poll() {
    await null;
    if (--rounds > 0) once(poll, 1);
    else resolve();
  }
  once(poll, 1);
});
async function loop() {
  let seen = 0;
  for await (const _ of ticks(1)) if (++seen === 5) break;
}
await loop();
const failing = setTimeout(function failing() { throw new RangeError('no'); }, 1);
await new Promise((resolve) => process.once('uncaughtException', resolve));
`,
    });
    expect(entries).toMatchObject({
      'entry.kind=timer entry.name=setInterval function.name=<new Promise>.byName': 3,
      'entry.kind=timer entry.name=setTimeout function.name=<new Promise>.poll': 4,
      'entry.kind=timer entry.name=setInterval function.name=loop': 5,
      'entry.kind=timer entry.name=setTimeout function.name=failing': 1,
    });
  });

  test('a timeout that a request sets is part of the request', async () => {
    const { entries } = await run(node, {
      'main.js': `
import http from 'node:http';
async function handle(request, response) {
  await null;
  setTimeout(function later() { response.end(); }, 1);
}
const server = http.createServer(handle).listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
await (await fetch('http://127.0.0.1:' + server.address().port)).text();
server.close();
server.closeAllConnections();
`,
    });
    expect(entries).toEqual({ 'entry.kind=http entry.name=GET * function.name=handle': 1 });
  });
});
