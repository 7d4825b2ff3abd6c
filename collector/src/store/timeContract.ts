import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import type { PathOwnerKey, Report } from './model.js';
import { defaultStoreLimits, type DeploymentMinute, type Store, type StoreLimits } from './store.js';
import { NOW_MS, fnKey, report, shop } from './storeContract.js';
import { MINUTE_MS, dayStart, hourStart, minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);
const DAY = 1440;
const DAY_MS = DAY * MINUTE_MS;
const get = { kind: 'http', name: 'GET /' };

/** The part of the contract that is about time, whole deployments and critical paths; `open` gives a new, empty store. */
export function timeContract(name: string, open: (limits: StoreLimits, nowMs: number) => Promise<Store>): void {
  describe(`the contract of a store, over time: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(defaultStoreLimits, NOW_MS - 40 * DAY_MS);
    });
    afterEach(() => store.close());

    const calls = (minute: number, count: number, more: Partial<Report> = {}): Report =>
      report({
        functions: [{ minute, fn: fnKey('a'), calls: count, durations: histogramOf([0.25]) }],
        errors: [{ minute, fn: fnKey('a'), type: 'E', origin: 'thrown', count: 1 }],
        ...more,
      });
    const deploymentIds = async (): Promise<number[]> =>
      (await store.readDeployments(0)).sort((a, b) => (a.key.version < b.key.version ? -1 : 1)).map(({ id }) => id);
    const idOf = async (fn: string): Promise<number> => {
      const found = (await store.readFunctionTotals(await deploymentIds(), 0)).find((it) => it.fn.name === fn);
      return found?.id ?? -1;
    };
    const series = async (from: number, width: number): Promise<[number, number, number, number][]> =>
      (await store.readSeries([await idOf('a')], from, width)).map((it) => [
        it.minute,
        it.calls,
        it.errors,
        it.durations.count,
      ]);
    const maintainAll = async (nowMs: number): Promise<void> => {
      while (await store.maintain(nowMs));
    };

    it('gives a function’s numbers over time at the width that is asked for, rolled up or not', async () => {
      const minutes = [NOW - 125, NOW - 61, NOW - 60, NOW - 4, NOW];
      await store.write(
        minutes.map((minute, i) => calls(minute, 10 ** i)),
        NOW_MS,
      );
      const expected = {
        1: minutes.map((minute, i) => [minute, 10 ** i, 1, 1]),
        5: [
          [NOW - 125, 1, 1, 1],
          [NOW - 65, 10, 1, 1],
          [NOW - 60, 100, 1, 1],
          [NOW - 5, 1000, 1, 1],
          [NOW, 10_000, 1, 1],
        ],
        60: [
          [NOW - 180, 1, 1, 1],
          [NOW - 120, 10, 1, 1],
          [NOW - 60, 1100, 2, 2],
          [NOW, 10_000, 1, 1],
        ],
        1440: [[dayStart(NOW), 11_111, 5, 5]],
      };
      for (const at of [NOW_MS, NOW_MS + 2 * DAY_MS - 200 * MINUTE_MS]) {
        await maintainAll(at);
        for (const [width, pieces] of Object.entries(expected)) {
          expect(await series(NOW - 200, Number(width)), width).toEqual(pieces);
        }
      }
      expect(await series(NOW - 60, 1)).toEqual(expected[1].slice(2));
      await maintainAll(NOW_MS + 3 * DAY_MS);
      expect(await series(NOW - 200, 5)).toEqual(expected[60]);
      await maintainAll(NOW_MS + 40 * DAY_MS);
      expect(await series(NOW - 200, 60)).toEqual(expected[1440]);
      expect(await store.readSeries([-1], 0, 60)).toEqual([]);
    });

    it('answers old numbers by the day, late ones too', async () => {
      const [first, second] = [dayStart(NOW) - 5, dayStart(NOW) + 700];
      await store.write([calls(first, 1), calls(second, 10)], NOW_MS);
      const later = NOW_MS + 36 * DAY_MS;
      await maintainAll(later);
      const totals = async (from: number): Promise<number[]> =>
        (await store.readFunctionTotals(await deploymentIds(), from)).map((it) => it.calls);
      expect(await totals(second + 100)).toEqual([10]);
      expect(await totals(first)).toEqual([11]);
      await store.write([calls(first - 600, 100)], later);
      expect(await totals(first)).toEqual([111]);
      expect(await totals(dayStart(NOW) + DAY)).toEqual([0]);
      expect(await series(first, 1440)).toEqual([
        [dayStart(first), 101, 2, 2],
        [dayStart(NOW), 10, 1, 1],
      ]);
      await maintainAll(NOW_MS + 402 * DAY_MS);
      expect(await series(0, 1440)).toEqual([]);
    });

    it('gives the time that was observed in pieces', async () => {
      const covered = [
        { startMs: NOW_MS - 90_000, endMs: NOW_MS - 30_000 },
        { startMs: NOW_MS, endMs: NOW_MS + 20_000 },
      ];
      await store.write([report({ covered })], NOW_MS);
      const [id] = await deploymentIds();
      const observed = async (width: number) => [...(await store.readObserved(id ?? -1, NOW - 60, width))].sort();
      expect(await observed(1)).toEqual([
        [NOW - 2, 30],
        [NOW - 1, 30],
        [NOW, 20],
      ]);
      expect(await observed(60)).toEqual([
        [NOW - 60, 60],
        [NOW, 20],
      ]);
    });

    it('lists files and functions of deployments with their own numbers, and who called them', async () => {
      const declarations = [
        {
          path: 'src/a.ts',
          contentHash: 'h',
          notObservedReason: '',
          functions: [{ name: 'b', line: 1, column: 1, endLine: 4, bodyHash: '' }],
        },
      ];
      const caller = { service: 'web', fn: fnKey('c', 7, 'src/web.ts') };
      await store.write(
        [
          calls(NOW, 3, {
            declarations,
            edges: [
              { minute: NOW, callee: fnKey('a'), caller, calls: 2, sampledCalls: 1 },
              { minute: NOW - 1, callee: fnKey('a'), caller, calls: 5, sampledCalls: 5 },
              { minute: NOW, callee: fnKey('a'), caller: 'entry', calls: 1, sampledCalls: 1 },
            ],
          }),
          { ...calls(NOW, 8), deployment: { ...shop, version: '2' } },
        ],
        NOW_MS,
      );
      const [first = -1, second = -1] = await deploymentIds();
      expect((await store.readFiles([first])).map((it) => [it.deploymentId, it.path, it.contentHash])).toEqual([
        [first, 'src/a.ts', 'h'],
      ]);
      expect(await store.readFiles([first, second])).toHaveLength(2);
      const totals = (await store.readFunctionTotals([first], NOW)).sort((x, y) => (x.fn.name < y.fn.name ? -1 : 1));
      expect(totals.map((it) => [it.fn.name, it.calls, it.errors, it.durations.count, it.declaredSinceMs])).toEqual([
        ['a', 3, 1, 1, undefined],
        ['b', 0, 0, 0, NOW_MS],
      ]);
      const a = totals[0]?.id ?? -1;
      const edges = (await store.readEdges([first], NOW - 1)).sort((x, y) => x.calls - y.calls);
      expect(edges).toEqual([
        { functionId: a, caller: 'entry', calls: 1, sampledCalls: 1 },
        { functionId: a, caller, calls: 7, sampledCalls: 6 },
      ]);
      const [byId, ...others] = await store.readFunctionsById([a, -1], NOW);
      expect(others).toEqual([]);
      expect(byId).toMatchObject({ id: a, calls: 3, fn: fnKey('a') });
      expect(byId?.errorOrigins).toEqual(new Map([['E', { thrown: 1, passed: 0, unknown: 0 }]]));
    });

    it('reads everything minute by minute', async () => {
      const dependency = { kind: 'db', target: 'pg' };
      const at = (minute: number): Report =>
        calls(minute, 3, {
          covered: [{ startMs: minute * MINUTE_MS, endMs: (minute + 1) * MINUTE_MS }],
          edges: [{ minute, callee: fnKey('a'), caller: 'entry', calls: 3, sampledCalls: 2 }],
          entries: [{ minute, entryPoint: get, fn: fnKey('a'), calls: 3, durations: histogramOf([1]) }],
          entryErrors: [{ minute, entryPoint: get, fn: undefined, type: '500', count: 2 }],
          functionEntries: [{ minute, fn: fnKey('a'), entryPoint: get, calls: 3 }],
          dependencies: [{ minute, fn: fnKey('a'), dependency, calls: 6, durations: histogramOf([0.5]) }],
          dependencyErrors: [{ minute, fn: fnKey('a'), dependency, type: 'E', count: 1 }],
        });
      const quiet = { startMs: (NOW + 1) * MINUTE_MS, endMs: (NOW + 1) * MINUTE_MS + 1000 };
      const other = { ...at(NOW - 2), deployment: { ...shop, service: 'other' } };
      await store.write([at(NOW - 2), at(NOW), report({ covered: [quiet] }), other], NOW_MS);
      const shopId = (await store.readDeployments(0)).find((it) => it.key.service === 'shop')?.id ?? -1;
      const read: DeploymentMinute[] = [];
      for await (const it of store.readMinutes([shopId], NOW - 1000, NOW + 2)) read.push(it);
      expect(read.map((it) => [it.deploymentId, it.minute, it.observedSeconds, it.functions.length])).toEqual([
        [shopId, NOW - 2, 60, 1],
        [shopId, NOW, 60, 1],
        [shopId, NOW + 1, 1, 0],
      ]);
      const functionId = read[0]?.functions[0]?.functionId ?? -1;
      expect(read[0]).toEqual({
        deploymentId: shopId,
        minute: NOW - 2,
        observedSeconds: 60,
        functions: [{ functionId, calls: 3, durations: histogramOf([0.25]), errors: new Map([['E', 1]]) }],
        edges: [{ functionId, caller: 'entry', calls: 3, sampledCalls: 2 }],
        entryPoints: [{ entryPoint: get, calls: 3, durations: histogramOf([1]), errors: new Map([['500', 2]]) }],
        functionEntries: [{ functionId, entryPoint: get, calls: 3 }],
        dependencies: [{ functionId, dependency, calls: 6, errors: 1, durations: histogramOf([0.5]) }],
      });
      const until: number[] = [];
      for await (const it of store.readMinutes([shopId], NOW - 2, NOW)) until.push(it.minute);
      expect(until).toEqual([NOW - 2]);
      for await (const it of store.readMinutes([shopId, -1], NOW + 5, NOW + 9)) expect(it).toBeUndefined();
    });

    it('adds up critical paths by entry point and owner', async () => {
      const owner = (fn: string, more: Partial<PathOwnerKey> = {}): PathOwnerKey => ({
        service: 'shop',
        fn: fnKey(fn),
        calleeService: '',
        dependency: undefined,
        ...more,
      });
      const owners = [
        owner('a'),
        owner('a', { calleeService: 'cart' }),
        owner('a', { dependency: { kind: 'db', target: 'pg' } }),
      ];
      const path = (minute: number, traces: number): Report =>
        report({
          paths: [{ minute, entryPoint: get, traces, partialTraces: 1, totalNanos: traces * 1000 }],
          pathOwners: owners.map((it, i) => ({
            minute,
            entryPoint: get,
            owner: it,
            traces,
            pathTraces: traces - 1,
            selfNanos: traces * 100 * i,
            savesAtMostNanos: i,
            boundTraces: 0,
          })),
        });
      await store.write([path(NOW, 2), path(NOW - 70, 3)], NOW_MS);
      await store.write([path(hourStart(NOW) - 1, 5)], NOW_MS);
      const [id = -1] = await deploymentIds();
      for (const at of [NOW_MS, NOW_MS + 3 * DAY_MS, NOW_MS + 40 * DAY_MS]) {
        await maintainAll(at);
        const [record, ...others] = await store.readPaths([id], NOW - 70);
        expect(others).toEqual([]);
        expect({ ...record, owners: [] }).toEqual({
          deploymentId: id,
          entryPoint: get,
          traces: 10,
          partialTraces: 3,
          totalNanos: 10_000,
          owners: [],
        });
        expect([...(record?.owners ?? [])].sort((a, b) => a.selfNanos - b.selfNanos)).toEqual(
          owners.map((it, i) => ({
            owner: it,
            traces: 10,
            pathTraces: 7,
            selfNanos: 1000 * i,
            savesAtMostNanos: 3 * i,
            boundTraces: 0,
          })),
        );
      }
      expect(await store.readPaths([-1], 0)).toEqual([]);
      expect(await store.readEntryPoints(0)).toEqual([]);
    });

    it('counts owners of paths that are over the limit', async () => {
      const small = await open({ ...defaultStoreLimits, pathOwners: 1 }, NOW_MS);
      const rows = ['a', 'b'].map((fn) => ({
        minute: NOW,
        entryPoint: get,
        owner: { service: 's', fn: fnKey(fn), calleeService: '', dependency: undefined },
        traces: 1,
        pathTraces: 1,
        selfNanos: 1,
        savesAtMostNanos: 0,
        boundTraces: 1,
      }));
      expect(await small.write([report({ pathOwners: rows })], NOW_MS)).toEqual({ duplicates: 0, overLimit: 1 });
      const [summary] = (await small.summarise(NOW)).values();
      expect(summary?.drops).toEqual(new Map([['path_limit', 1]]));
      await small.close();
    });
  });
}
