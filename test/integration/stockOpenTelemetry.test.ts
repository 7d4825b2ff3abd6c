import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { ensurePeers } from '../bench/peers.mjs';
import { closeCollector, openCollector, type TestCollector } from './testCollector.js';

import v1 = hindcast.v1;

interface Book {
  readonly calls: Readonly<Record<string, number>>;
  readonly out: Readonly<Record<string, number>>;
}

const REQUESTS = 12;
const DEADLINE_MS = 90_000;
const service = join(import.meta.dirname, 'opentelemetry/service.cjs');
const peers = await ensurePeers(Number(process.versions.node.split('.')[0]), (text) =>
  process.stdout.write(`${text}\n`),
);
if (!('resolve' in peers))
  process.stdout.write(`SKIPPED: OpenTelemetry's packages cannot be installed: ${peers.missing}\n`);

describe.skipIf(!('resolve' in peers))('services that have OpenTelemetry’s own instrumentation, and no sensor', () => {
  const processes: ChildProcess[] = [];
  const addresses = new Map<string, string>();
  let collector: TestCollector;

  beforeAll(async () => {
    collector = await openCollector();
    for (const name of ['stock', 'cart', 'front']) addresses.set(name, await start(name));
    for (let i = 0; i < REQUESTS; i++) await fetch(`http://${addresses.get('front') ?? ''}/checkout/${i}`);
  });
  afterAll(async () => {
    // OpenTelemetry's start-up takes SIGTERM for itself.
    for (const child of processes) child.kill('SIGKILL');
    await closeCollector(collector);
  });

  async function start(name: string): Promise<string> {
    if (!('resolve' in peers)) throw new Error(peers.missing);
    const child = spawn(
      process.execPath,
      ['--require', peers.resolve('@opentelemetry/auto-instrumentations-node/register'), service, name],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          OTEL_SERVICE_NAME: name,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector.running.addresses.otlpHttp ?? ''}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
          OTEL_BSP_SCHEDULE_DELAY: '200',
          OTEL_NODE_RESOURCE_DETECTORS: 'env',
          CART: addresses.get('cart') ?? '',
          STOCK: addresses.get('stock') ?? '',
        },
      },
    );
    processes.push(child);
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return `127.0.0.1:${port.toString().trim()}`;
  }

  async function bookOf(name: string): Promise<Book> {
    return (await fetch(`http://${addresses.get(name) ?? ''}/book`)).json() as Promise<Book>;
  }

  it('are answered with their entry points, callers, map and critical paths, as their own books have it', async () => {
    const { query } = collector;
    const critical = async () => (await query.criticalPath({ scope: { service: 'front' } })).paths;
    const isWhole = (paths: readonly v1.CriticalPath.$Properties[]): boolean =>
      paths.some((it) => it.entryPoint?.name === 'GET /checkout/:id' && Number(it.traces) === REQUESTS);
    await expect.poll(async () => isWhole(await critical()), { timeout: DEADLINE_MS, interval: 500 }).toBe(true);

    const entryPoints = (await query.entryPoints()).entryPoints.filter((it) => it.entryPoint?.name !== 'GET /book');
    const books = new Map(
      await Promise.all([...addresses.keys()].map(async (name) => [name, await bookOf(name)] as const)),
    );
    expect(entryPoints.map((it) => [it.deployment?.service, it.entryPoint?.name, Number(it.calls)]).sort()).toEqual(
      [...books].flatMap(([name, { calls }]) => Object.entries(calls).map(([route, n]) => [name, route, n])).sort(),
    );

    const map = await query.serviceMap();
    const name = (index: number | null | undefined) => map.nodes[index ?? -1]?.name;
    expect(map.nodes.map((it) => [it.name, it.dependencyKind]).sort()).toEqual([
      ['cart', ''],
      ['front', ''],
      ['stock', ''],
    ]);
    expect(map.edges.map((it) => [name(it.caller), name(it.callee), Number(it.calls)]).sort()).toEqual(
      [...books].flatMap(([from, { out }]) => Object.entries(out).map(([to, n]) => [from, to, n])).sort(),
    );

    const path = (await critical()).find((it) => it.entryPoint?.name === 'GET /checkout/:id');
    expect(path).toMatchObject({ basis: v1.Basis.BASIS_TRACES, partialTraces: 0 });
    const shareOf = (of: string): number =>
      (path?.parts ?? []).reduce((sum, it) => sum + (it.service === of && !it.calleeService ? (it.share ?? 0) : 0), 0);
    // All of the waits come one after the other.
    expect(shareOf('stock')).toBeGreaterThan(0);
    expect(shareOf('cart')).toBeGreaterThan(0);
    expect((path?.parts ?? []).reduce((sum, it) => sum + (it.share ?? 0), 0)).toBeCloseTo(1, 9);
    expect(new Set((path?.parts ?? []).map((it) => it.service))).toEqual(new Set(['front', 'cart', 'stock']));
  });
});
