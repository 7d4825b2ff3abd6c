// The whole path on real parts: the shop under its traffic, and `hindcast annotate` compared with what the traffic says of itself.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AnnotatedFunction,
  annotate,
  type DemoState,
  eventually,
  isAlive,
  type LoadReport,
  pidsOf,
  root,
  RunningDemo,
} from './runningDemo.js';

const START_MS = 60_000;
/** Two of the sensors' intervals and some for a busy machine. */
const FLUSHED_MS = 20_000;
const TRAFFIC_SECONDS = 12;

describe('after traffic of known size', () => {
  let demo: RunningDemo;
  let state: DemoState;
  let load: LoadReport;

  beforeAll(async () => {
    demo = new RunningDemo(['--no-editor', '--rate', '20', '--duration', String(TRAFFIC_SECONDS)]);
    state = await demo.until(
      (now) => now.ready && now.load.report?.finished === true,
      START_MS + TRAFFIC_SECONDS * 1000,
    );
    if (!state.load.report) throw new Error('the load wrote no report');
    load = state.load.report;
  });
  afterAll(() => demo.end());

  const find = (functions: AnnotatedFunction[], name: string, service: string) =>
    functions.find((entry) => entry.name === name && entry.service === service);

  /** Every function of the load's book beside what the collector says of it. */
  async function compare() {
    const files = [...new Set(load.functions.map(({ file }) => file))];
    const annotated = new Map<string, AnnotatedFunction[]>();
    for (const file of files) annotated.set(file, await annotate(file, state.collector.query));
    return load.functions.map((expected) => {
      const found = find(annotated.get(expected.file) ?? [], expected.function, expected.service);
      const what = `${expected.service} ${expected.file} ${expected.function}`;
      return {
        expected: `${what}: ${expected.calls} calls, ${expected.errors} errors`,
        found: `${what}: ${found?.calls ?? 'no'} calls, ${found?.errors ?? 'no'} errors`,
        latency: expected.latency,
        facts: found,
      };
    });
  }

  let flushed: ReturnType<typeof compare> | undefined;
  /** The same, once all sensors have reported; what was found last when they do not agree in time. */
  const compareFlushed = () => (flushed ??= untilEqual());
  async function untilEqual() {
    let last = await compare();
    await eventually(FLUSHED_MS, async () => {
      last = await compare();
      return last.every(({ expected, found }) => expected === found) ? true : undefined;
    }).catch(() => {});
    return last;
  }

  test('everything was sent and answered as it should be', () => {
    expect(load).toMatchObject({ sent: 20 * TRAFFIC_SECONDS, skipped: 0, unexpected: 0, lastProblem: null });
    for (const { operation, sent } of load.operations) expect(sent, operation).toBeGreaterThan(0);
  });

  test('calls and errors are exact, in all four services', async () => {
    const compared = await compareFlushed();
    expect(compared.map(({ found }) => found)).toEqual(compared.map(({ expected }) => expected));
  });

  test('p99 agrees with what the shop told the load of its handlers', async () => {
    const compared = await compareFlushed();
    const timed = compared.filter(({ latency }) => latency);
    expect(timed).toHaveLength(3);
    for (const { latency, facts, found } of timed) {
      expect(latency?.samples, found).toBe(facts?.calls);
      expect(facts?.p99Ms, found).toBeGreaterThan(0);
    }
    // Both clocks are in the storefront and read around the same calls, and the checkouts are few enough that the sensor times
    // each: what is left are the buckets' 2.17 %. Where only some calls are timed, the two look at different calls.
    const checkout = timed.find(({ facts }) => facts?.name === 'registerRoutes.checkout');
    expect(checkout?.facts?.durationSamples).toBe(checkout?.facts?.calls);
    const toldMs = checkout?.latency?.p99Ms ?? 0;
    expect(Math.abs((checkout?.facts?.p99Ms ?? 0) - toldMs) / toldMs).toBeLessThan(0.1);
  });

  test.each([
    ['demo/orders/src/app.js', 'createApp.fulfil', 'orders', 'createApp.createOrder'],
    ['demo/orders/src/validation.js', 'validateOrder', 'orders', 'createApp.createOrder'],
    ['demo/storefront/src/routes.ts', 'registerRoutes.placeOrder', 'storefront', 'registerRoutes.checkout'],
    ['demo/inventory/src/stock.js', 'Stock.reserve', 'inventory', 'createReservation'],
    ['demo/payments/src/payments.js', 'authorise', 'payments', 'pay'],
  ])('%s: %s of %s is called by %s, and by nothing else', async (file, name, service, caller) => {
    await compareFlushed();
    const facts = find(await annotate(file, state.collector.query), name, service);
    expect(facts?.callers.map((entry) => [entry.service, entry.name, entry.calls])).toEqual([
      [service, caller, facts?.calls],
    ]);
  });

  test('a recursive function is its own caller, beside the one that starts it', async () => {
    const facts = find(await annotate('demo/orders/src/pricing.js', state.collector.query), 'unitPrice', 'orders');
    const names = facts?.callers.map(({ name }) => name) ?? [];
    expect(names).toContain('linePrice');
    expect(names.some((name) => name.startsWith('unitPrice'))).toBe(true);
    expect(facts?.callers.reduce((sum, { calls }) => sum + calls, 0)).toBe(facts?.calls);
  });

  test.each([
    ['demo/inventory/src/admin.js', 'stockReport', 'inventory'],
    ['demo/inventory/src/admin.js', 'exportCsv', 'inventory'],
    ['demo/orders/src/pricing.js', 'legacySalePrice', 'orders'],
    ['demo/storefront/src/catalogue.ts', 'Catalogue.forgetCategories', 'storefront'],
  ])('%s: %s of %s never ran', async (file, name, service) => {
    const facts = find(await annotate(file, state.collector.query), name, service);
    expect(facts).toMatchObject({ state: 'never_ran', calls: 0 });
  });

  test('what no span was seen of is not called never-ran: spans cannot say that', async () => {
    const functions = await annotate('demo/payments/src/payments.js', state.collector.query);
    expect(functions.filter(({ name }) => name === 'refund').map((entry) => entry.state)).toEqual(['not_observed']);
  });

  test('the counts stay as they were: nothing is counted twice', async () => {
    const compared = await compare();
    expect(compared.map(({ found }) => found)).toEqual(compared.map(({ expected }) => expected));
  });

  test('the terminal showed a function with its numbers', () => {
    expect(demo.output).toContain('async function createOrder(');
    expect(demo.output).toContain('Ctrl+C ends everything.');
  });

  // The last one: it ends the demo.
  test('Ctrl+C ends every process and leaves nothing behind', async () => {
    const pids = pidsOf(state);
    demo.signal('SIGINT');
    expect(await demo.exited).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(dirname(state.collector.store))).toBe(false);
  });
});

test('when the demo is killed, its processes end too', async () => {
  const demo = new RunningDemo(['--no-editor', '--rate', '1']);
  try {
    const state = await demo.until(() => true, START_MS);
    const pids = pidsOf(state);
    demo.signal('SIGKILL');
    await demo.exited;
    const isLeft = () => pids.some(isAlive) || existsSync(dirname(state.collector.store));
    await eventually(15_000, () => Promise.resolve(isLeft() ? undefined : true));
  } finally {
    await demo.end();
  }
});

test('where VS Code is installed it is opened with the extension and the collector, and closed at the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-fake-code-'));
  const seen = join(folder, 'arguments');
  // Like the real one, it goes away at once and leaves the editor running, which writes its process id down.
  writeFileSync(
    join(folder, 'code'),
    `#!/bin/sh\nsleep 1000 > /dev/null 2>&1 &\necho $! > "$2/code.lock"\nprintf '%s\\n' "$@" > "${seen}"\n`,
    { mode: 0o755 },
  );
  const demo = new RunningDemo(['--rate', '20'], { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` });
  try {
    const state = await demo.until((now) => now.ready && existsSync(seen), START_MS);
    const [, userData = '', ...args] = readFileSync(seen, 'utf8').trim().split('\n');
    expect(args).toContain(`--extensionDevelopmentPath=${root}`);
    expect(args).toContain(join(root, 'demo'));
    const settings = JSON.parse(readFileSync(join(userData, 'User', 'settings.json'), 'utf8')) as object;
    expect(settings).toMatchObject({ 'hindcast.collector.address': state.collector.query });
    const editor = Number(readFileSync(join(userData, 'code.lock'), 'utf8'));
    expect(isAlive(editor)).toBe(true);
    demo.signal('SIGINT');
    expect(await demo.exited).toBe(0);
    await eventually(5_000, () => Promise.resolve(isAlive(editor) ? undefined : true));
  } finally {
    await demo.end();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  [['--rate', 'fast'], '--rate must be a number above 0; it is "fast"'],
  [['--duration', '0'], '--duration must be a number above 0; it is "0"'],
  [['--speed', '3'], "Unknown option '--speed'"],
])('bad flags are named: %s', async (flags, message) => {
  const demo = new RunningDemo(flags);
  expect(await demo.exited).toBe(2);
  expect(demo.output).toContain(message);
  await demo.end();
});
