import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import type { Exemplar, FunctionKey, Report } from './model.js';
import { defaultStoreLimits, type FunctionRecord, type Store, type StoreLimits } from './store.js';
import { NOW_MS, fnKey, report, shop } from './storeContract.js';
import { minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);

/** The part of the contract that is about what surrounds functions; `open` gives a new, empty store. */
export function surroundingsContract(name: string, open: (limits: StoreLimits, nowMs: number) => Promise<Store>): void {
  describe(`the contract of a store, around functions: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(defaultStoreLimits, NOW_MS);
    });
    afterEach(() => store.close());

    const functions = async (from: number): Promise<FunctionRecord[]> => {
      const files = await store.findFiles(['src/a.ts']);
      return store.readFunctions(
        files.map((file) => file.id),
        from,
      );
    };

    it('adds up entry points, and answers one for each name', async () => {
      const post = { kind: 'http', name: 'POST /checkout' };
      const tick = { kind: 'timer', name: 'setInterval' };
      const entry = (entryPoint: typeof post, fn: FunctionKey | undefined, count: number, seconds: number): Report =>
        report({
          entries: [{ minute: NOW, entryPoint, fn, calls: count, durations: histogramOf([seconds]) }],
          entryErrors: [{ minute: NOW, entryPoint, fn, type: '503', count: 1 }],
        });
      await store.write(
        [
          entry(post, fnKey('a'), 2, 0.1),
          entry(post, fnKey('b'), 5, 0.2),
          entry(post, undefined, 3, 0.4),
          entry(tick, undefined, 1, 0),
          { ...entry(post, undefined, 100, 9), deployment: { ...shop, service: 'other' } },
        ],
        NOW_MS,
      );
      const [deployment] = (await store.readDeployments(NOW)).filter((it) => it.key.service === 'shop');
      const own = (await store.readEntryPoints(NOW)).filter((it) => it.deploymentId === deployment?.id);
      own.sort((x, y) => y.calls - x.calls);
      expect(own.map((it) => [it.entryPoint, it.fn?.name, it.calls, it.durations.count, it.errors])).toEqual([
        [post, 'b', 10, 3, new Map([['503', 3]])],
        [tick, undefined, 1, 1, new Map([['503', 1]])],
      ]);
      expect(await store.readEntryPoints(NOW + 1)).toEqual([]);
    });

    it('answers on behalf of what a function is called, and what it calls', async () => {
      const a = fnKey('a');
      const get = { kind: 'http', name: 'GET /' };
      const dependency = { kind: 'db', target: 'sqlite' };
      await store.write(
        [
          report({
            functionEntries: [
              { minute: NOW, fn: a, entryPoint: get, calls: 4 },
              { minute: NOW, fn: a, entryPoint: undefined, calls: 1 },
              { minute: NOW - 1, fn: a, entryPoint: get, calls: 2 },
            ],
            dependencies: [
              { minute: NOW, fn: a, dependency, calls: 8, durations: histogramOf([0.5, 0]) },
              { minute: NOW - 1, fn: a, dependency, calls: 1, durations: histogramOf([]) },
              { minute: NOW, fn: undefined, dependency, calls: 16, durations: histogramOf([]) },
            ],
            dependencyErrors: [{ minute: NOW, fn: a, dependency, type: 'Locked', count: 3 }],
          }),
        ],
        NOW_MS,
      );
      const [record] = await functions(NOW - 5);
      expect(record?.entryPoints.toSorted((x, y) => y.calls - x.calls)).toEqual([
        { entryPoint: get, calls: 6 },
        { entryPoint: undefined, calls: 1 },
      ]);
      expect(record?.dependencies).toEqual([{ dependency, calls: 9, errors: 3, durations: histogramOf([0.5, 0]) }]);
      const [summary] = (await store.summarise(NOW)).values();
      expect(summary?.dependencies).toEqual([{ dependency, calls: 24, errors: 3, durations: histogramOf([0.5, 0]) }]);
    });

    it('answers a caller with a shortened path as the one function it can be', async () => {
      const real = { path: 'packages/web/src/checkout/pay.ts', name: 'Checkout.pay', line: 7, column: 3 };
      const twin = { ...real, path: 'packages/old/src/checkout/twin.ts' };
      const web = (fns: FunctionKey[]): Report => ({
        ...report({
          functions: fns.map((fn) => ({ minute: NOW, fn, calls: 1, durations: histogramOf([]) })),
        }),
        deployment: { ...shop, service: 'web' },
      });
      const edge = (path: string, line = 7): Report =>
        report({
          edges: [
            {
              minute: NOW,
              callee: fnKey('a'),
              caller: { service: 'web', fn: { path, name: 'Checkout.p', line, column: 3 } },
              calls: 1,
              sampledCalls: 1,
            },
          ],
        });
      const ambiguous = { ...twin, path: 'packages/new/src/checkout/twin.ts' };
      await store.write(
        [
          edge('*c/checkout/pay.ts'),
          edge('*/checkout/pay.ts'),
          edge('*/checkout/pay.ts', 8),
          edge('*twin.ts'),
          edge('*'),
        ],
        NOW_MS,
      );
      // Who is asked for before is known is not known for good.
      await functions(NOW);
      await store.write([web([real, twin, ambiguous])], NOW_MS);
      const [record] = await functions(NOW);
      const callers = record?.callers.map(({ caller, calls: n }) => (caller === 'entry' ? caller : [caller.fn, n]));
      expect(callers).toHaveLength(4);
      expect(callers).toEqual(
        expect.arrayContaining([
          [real, 2],
          [{ ...real, path: '*/checkout/pay.ts', name: 'Checkout.p', line: 8 }, 1],
          [{ ...twin, path: '*twin.ts', name: 'Checkout.p' }, 1],
          [{ ...twin, path: '*', name: 'Checkout.p' }, 1],
        ]),
      );
    });

    it('keeps the slowest, the failing and the newest exemplars of an entry point', async () => {
      const post = { kind: 'http', name: 'POST /' };
      const exemplar = (i: number, durationSeconds: number, errorType = ''): Exemplar => ({
        entryPoint: post,
        traceId: String(i).padStart(32, '0'),
        timeMs: NOW_MS + i,
        durationSeconds,
        errorType,
        path: [{ fn: fnKey('a'), durationSeconds }],
        dependencies: [{ dependency: { kind: 'db', target: 'sqlite' }, count: 2, durationSeconds: 0.1 }],
      });
      const sent = [
        exemplar(0, 1),
        exemplar(1, 99),
        exemplar(2, 2, 'Boom'),
        ...Array.from({ length: 20 }, (_, i) => exemplar(10 + i, 50)),
        ...Array.from({ length: 20 }, (_, i) => exemplar(50 + i, 3)),
      ];
      for (const it of sent) await store.write([report({ exemplars: [it] })], NOW_MS);
      const [deployment] = await store.readDeployments(NOW);
      const kept = await store.readExemplars([deployment?.id ?? -1], post);
      const times = kept.map((it) => it.timeMs - NOW_MS);
      expect(times).toEqual([
        ...Array.from({ length: 20 }, (_, i) => 69 - i),
        ...Array.from({ length: 19 }, (_, i) => 29 - i),
        2,
        1,
      ]);
      expect(kept.at(-1)).toEqual({ ...sent[1], deploymentId: deployment?.id });
      expect(await store.readExemplars([deployment?.id ?? -1])).toEqual(kept);
      expect(await store.readExemplars([deployment?.id ?? -1], { kind: 'http', name: 'GET /' })).toEqual([]);
    });
  });
}
