import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { ClickHouseStore } from '@hindcast/collector/store/clickhouse/clickhouseStore';
import type { Report } from '@hindcast/collector/store/model';
import type { Store } from '@hindcast/collector/store/store';
import { fnKey, report, storeContract } from '@hindcast/collector/store/storeContract';
import { minuteOf } from '@hindcast/collector/store/storeTime';
import { surroundingsContract } from '@hindcast/collector/store/surroundingsContract';
import { timeContract } from '@hindcast/collector/store/timeContract';
import * as semconv from '@hindcast/proto/semconv';
import {
  OtlpClient,
  QueryClient,
  codeAttributes,
  metricsRequest,
  tracesRequest,
} from '../integration/collectorClient.js';
import { DebianCluster, debianMissing } from './debianCluster.js';
import { routedByTrace } from './routedByTrace.js';

const skipped = debianMissing ? `, skipped: ${debianMissing}` : '';
/** Forty statements on four servers, one after the other. */
const TABLES_MS = 300_000;
const FILE = 'src/checkout.ts';
const nowMs = Date.now();
const minute = minuteOf(nowMs);

/** Waits for what a replica gets a moment later. */
async function eventually(check: () => Promise<void>): Promise<void> {
  await expect.poll(() => check().then(() => 'done'), { timeout: 60_000, interval: 100 }).toBe('done');
}

describe.skipIf(debianMissing)(`a cluster of ClickHouse 18.16, two shards of two replicas${skipped}`, () => {
  let cluster: DebianCluster;
  beforeAll(async () => {
    cluster = await DebianCluster.start();
  });
  afterAll(() => cluster.close());

  describe('two stores on two servers', () => {
    const stores: Store[] = [];
    const calls = (name: string, count: number, onceKey: string): Report => ({
      ...report({ functions: [{ minute, fn: fnKey(name), calls: count, durations: histogramOf([0.5]) }] }),
      onceKey,
    });
    const total = async (store: Store, name: string): Promise<number> => {
      const files = await store.findFiles(['src/a.ts']);
      const functions = await store.readFunctions(
        files.map(({ id }) => id),
        minute - 60,
      );
      return functions.find(({ fn }) => fn.name === name)?.calls ?? 0;
    };

    beforeAll(async () => {
      // They make the tables at once; one does, the other waits.
      stores.push(
        ...(await Promise.all([0, 3].map((node) => ClickHouseStore.open(cluster.address(node, 'hindcast'), nowMs)))),
      );
    }, TABLES_MS);
    afterAll(() => Promise.all(stores.map((store) => store.close())));
    const [one, other] = [() => stores[0] as Store, () => stores[1] as Store];

    it('see the same, and take a report once, whichever it comes to', async () => {
      expect(await one().write([calls('a', 5, '1')], nowMs)).toEqual({ duplicates: 0, overLimit: 0 });
      await eventually(async () => {
        expect(await other().write([calls('a', 5, '1')], nowMs + 1)).toEqual({ duplicates: 1, overLimit: 0 });
      });
      await other().write([calls('a', 7, '2')], nowMs);
      for (const store of stores) await eventually(async () => expect(await total(store, 'a')).toBe(12));
    });

    it('take a report once that comes to both at the same time', async () => {
      for (let i = 0; i < 5; i++) {
        await Promise.all(stores.map((store) => store.write([calls('race', 10, `race ${i}`)], nowMs)));
      }
      for (const store of stores) await eventually(async () => expect(await total(store, 'race')).toBe(50));
    });

    it('go on when a server is killed, and it catches up when it is back', async () => {
      await cluster.kill(0);
      await one().write([calls('b', 3, '3')], nowMs);
      await other().write([calls('b', 4, '4')], nowMs);
      for (const store of stores) await eventually(async () => expect(await total(store, 'b')).toBe(7));
      expect(await one().status()).toMatchObject({ problem: '' });
      await cluster.startNode(0);
      await eventually(async () => {
        const sum = 'SELECT sum(calls), count() FROM hindcast.hindcast_fact_day_local FINAL';
        const [a, b] = await Promise.all([0, 1].map((node) => cluster.ask(node, sum)));
        expect(a).toEqual(b);
      });
      await eventually(async () => expect(await total(one(), 'b')).toBe(7));
    });

    it('divide functions among the shards by their file', async () => {
      const files = Array.from({ length: 40 }, (_, i) => `src/file${i}.ts`);
      const functions = files.flatMap((path) =>
        ['f', 'g'].map((name) => ({ minute, fn: fnKey(name, 1, path), calls: 1, durations: histogramOf([]) })),
      );
      await one().write([{ ...report({ functions }), onceKey: 'many' }], nowMs);
      const of = async (node: number): Promise<string[]> =>
        (
          await cluster.ask(
            node,
            "SELECT DISTINCT path FROM hindcast.hindcast_fact_day_local WHERE path LIKE 'src/file%'",
          )
        ).flat();
      await eventually(async () => {
        const [left, right] = [await of(0), await of(2)];
        expect(left.length + right.length).toBe(40);
        expect(new Set([...left, ...right]).size).toBe(40);
        expect(Math.min(left.length, right.length)).toBeGreaterThan(4);
      });
    });
  });

  describe('two collectors', () => {
    const collectors: RunningCollector[] = [];
    const senders: OtlpClient[] = [];
    const queries: QueryClient[] = [];
    beforeAll(async () => {
      for (const node of [1, 2]) {
        const collector = await startCollector(
          {
            otlpGrpc: '127.0.0.1:0',
            otlpHttp: undefined,
            query: '127.0.0.1:0',
            store: cluster.address(node),
          },
          silentLogger,
        );
        collectors.push(collector);
        senders.push(new OtlpClient(collector.addresses.otlpGrpc ?? ''));
        queries.push(new QueryClient(collector.addresses.query));
      }
    }, TABLES_MS);
    afterAll(async () => {
      for (const client of [...senders, ...queries]) client.close();
      for (const collector of collectors) await collector.close();
    });

    it('answer the same, whichever a sensor sends to, and count what is resent to the other once', async () => {
      const now = Date.now();
      const requests = ['shop-1', 'shop-2', 'shop-3'].map((instance, i) =>
        metricsRequest({ name: 'shop', instance }, FILE, now - 5000, now, [{ name: 'pay', line: 3, calls: 10 + i }]),
      );
      for (const [i, request] of requests.entries()) await senders[i % 2]?.export('metrics', request);
      // As a sender does that did not get the answer, and whom the balancer sends elsewhere.
      for (const [i, request] of requests.entries()) await senders[(i + 1) % 2]?.export('metrics', request);
      for (const query of queries) {
        await eventually(async () => {
          const { files } = await query.overlay({ files: [{ path: FILE }] });
          expect(files[0]?.deployments?.[0]?.functions?.[0]).toMatchObject({ calls: 33 });
          expect(files[0]?.deployments?.[0]?.deployment?.instances).toBe(3);
        });
      }
      const statuses = await Promise.all(queries.map((query) => query.status()));
      expect(statuses.map(({ store }) => [store?.kind, store?.problem])).toEqual([
        ['clickhouse', ''],
        ['clickhouse', ''],
      ]);
    });

    it('link spans of services when traces are routed by their id', async () => {
      const now = Date.now();
      const balancer = routedByTrace(senders);
      const page = { ...codeAttributes('src/page.ts', { name: 'page', line: 2 }), [semconv.HTTP_ROUTE]: '/' };
      const cartPlace = {
        ...codeAttributes('src/cart.ts', { name: 'getCart', line: 5 }),
        [semconv.HTTP_ROUTE]: '/cart',
      };
      const traces = Array.from({ length: 8 }, (_, i) => i + 100);
      for (const trace of traces) {
        const client = { name: 'GET', id: trace * 10 + 2, parent: trace * 10 + 1, trace, kind: 3 };
        const web = [
          { name: 'GET /', id: trace * 10 + 1, trace, kind: 2, startMs: now - 500, endMs: now, attributes: page },
          { ...client, startMs: now - 400, endMs: now - 100 },
        ];
        const cart = [
          {
            ...client,
            kind: 2,
            id: trace * 10 + 3,
            parent: trace * 10 + 2,
            startMs: now - 300,
            endMs: now - 200,
            attributes: cartPlace,
          },
        ];
        await balancer(trace).export('traces', tracesRequest({ name: 'cart' }, cart));
        await balancer(trace).export('traces', tracesRequest({ name: 'web' }, web));
      }
      for (const query of queries) {
        await eventually(async () => {
          const { files } = await query.overlay({ files: [{ path: 'src/cart.ts' }] });
          const [getCart] = files[0]?.deployments?.[0]?.functions ?? [];
          expect(getCart).toMatchObject({ function: { name: 'getCart' }, calls: 8 });
          expect(getCart?.callers?.map(({ service, calls }) => [service, Number(calls)])).toEqual([['web', 8]]);
          const { entryPoints } = await query.entryPoints();
          expect(entryPoints.map(({ entryPoint, calls }) => [entryPoint?.name, Number(calls)]).sort()).toEqual([
            ['/', 8],
            ['/cart', 8],
          ]);
        });
      }
    });
  });

  // Making tables on this cluster takes seconds, and every test of the contract has tables of its own.
  describe.skipIf(!process.env['HINDCAST_CLUSTER_CONTRACT'])('the contract', () => {
    let databases = 0;
    const open = (limits: Parameters<typeof ClickHouseStore.open>[2], openedMs: number) =>
      ClickHouseStore.open(cluster.addressOf(0, `contract_${++databases}`), openedMs, limits);
    storeContract('clickhouse cluster', open);
    surroundingsContract('clickhouse cluster', open);
    timeContract('clickhouse cluster', open);
  });
});
