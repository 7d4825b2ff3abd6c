import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { NEVER_LOADED } from '@hindcast/proto/semconv';
import { emptyReport, type DeploymentKey, type FunctionKey, type Report } from './model.js';
import { defaultStoreLimits, type FunctionRecord, type Store, type StoreLimits } from './store.js';
import { MINUTE_MS, minuteOf } from './storeTime.js';

/** Some Thursday at 12:00. */
export const NOW_MS = Date.UTC(2026, 10, 19, 12);
const NOW = minuteOf(NOW_MS);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const shop: DeploymentKey = { service: 'shop', environment: '', version: '1', revision: '', source: 'sensor' };

export function fnKey(name: string, line = 1, path = 'src/a.ts'): FunctionKey {
  return { path, name, line, column: 1 };
}

export function report(more: Partial<Report>): Report {
  return { ...emptyReport(shop, 'i1'), ...more };
}

function calls(name: string, count: number, minute = NOW): Report {
  return report({ functions: [{ minute, fn: fnKey(name), calls: count, durations: histogramOf([0.5]) }] });
}

/** The tests that every store passes; `open` gives a new, empty one. */
export function storeContract(name: string, open: (limits: StoreLimits, nowMs: number) => Promise<Store>): void {
  describe(`the contract of a store: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(defaultStoreLimits, NOW_MS - 3 * HOUR_MS);
    });
    afterEach(() => store.close());

    const functions = async (from: number, path = 'src/a.ts'): Promise<FunctionRecord[]> => {
      const files = await store.findFiles([path]);
      const records = await store.readFunctions(
        files.map((file) => file.id),
        from,
      );
      return records.sort((a, b) => (a.fn.name < b.fn.name ? -1 : 1));
    };
    const callsSince = async (from: number): Promise<Record<string, number>> =>
      Object.fromEntries((await functions(from)).map((it) => [it.fn.name, it.calls]));
    const maintainAll = async (nowMs: number): Promise<void> => {
      while (await store.maintain(nowMs));
    };

    it('adds up calls, durations, errors and callers, whatever they come with', async () => {
      const a = fnKey('a');
      const b = fnKey('b');
      const caller = { service: 'web', fn: b };
      await store.write(
        [
          report({
            functions: [{ minute: NOW, fn: a, calls: 2, durations: histogramOf([0.1, 0]) }],
            errors: [{ minute: NOW, fn: a, type: 'Boom', origin: 'thrown', count: 1 }],
            edges: [{ minute: NOW, callee: a, caller: 'entry', calls: 2, sampledCalls: 1 }],
          }),
        ],
        NOW_MS,
      );
      await store.write(
        [
          report({
            functions: [{ minute: NOW - 1, fn: a, calls: 3, durations: histogramOf([0.1, 7]) }],
            errors: [{ minute: NOW, fn: a, type: 'Boom', origin: 'passed', count: 2 }],
            edges: [{ minute: NOW, callee: a, caller, calls: 3, sampledCalls: 3 }],
          }),
          report({ edges: [{ minute: NOW, callee: a, caller, calls: 4, sampledCalls: 0 }] }),
        ],
        NOW_MS,
      );
      const [record, ...others] = await functions(NOW - 60);
      expect(others).toEqual([]);
      expect(record).toMatchObject({ fn: a, calls: 5, lastCalledMs: NOW_MS, declaredSinceMs: undefined });
      expect(record?.durations).toEqual({
        ...histogramOf([0.1, 0.1, 7, 0]),
        sumSeconds: expect.closeTo(7.2, 9) as number,
      });
      expect(record?.errors).toEqual(new Map([['Boom', 3]]));
      expect(record?.callers).toEqual([
        { caller: 'entry', calls: 2, sampledCalls: 1 },
        { caller, calls: 7, sampledCalls: 3 },
      ]);
      expect(await callsSince(NOW)).toEqual({ a: 2 });
    });

    it('forgets what it has no numbers of any more', async () => {
      const declared = (hash: string, names: string[]): Report =>
        report({
          declarations: [
            {
              path: 'src/a.ts',
              contentHash: hash,
              notObservedReason: '',
              functions: names.map((name) => ({ name, line: 1, column: 1, endLine: 4, bodyHash: '' })),
            },
          ],
        });
      const dead = { ...calls('x', 1), deployment: { ...shop, version: '0' } };
      await store.write([declared('h1', ['old', 'kept']), dead, calls('seen', 1)], NOW_MS);
      const later = NOW_MS + 403 * DAY_MS;
      await store.write([declared('h2', ['kept']), calls('fresh', 1, minuteOf(later))], later);
      await maintainAll(later);
      expect((await store.readDeployments(0)).map((it) => it.key.version)).toEqual(['1']);
      expect(await store.findFiles(['src/a.ts'])).toHaveLength(1);
      // What was deleted comes back as new.
      await store.write([declared('h1', ['old', 'kept']), calls('seen', 1, minuteOf(later))], later);
      expect((await functions(minuteOf(later))).map((it) => [it.fn.name, it.declaredSinceMs])).toEqual([
        ['fresh', undefined],
        ['kept', NOW_MS],
        ['old', later],
        ['seen', undefined],
      ]);
      await store.write([dead], later);
      expect((await store.readDeployments(0)).find((it) => it.key.version === '0')?.firstSeenMs).toBe(later);
    });

    it('stores a report once, by instance and key', async () => {
      const once = { ...calls('a', 5), onceKey: '17' };
      expect(await store.write([once, once], NOW_MS)).toEqual({ duplicates: 1, overLimit: 0 });
      expect(await store.write([once, { ...once, onceKey: '18' }], NOW_MS)).toEqual({ duplicates: 1, overLimit: 0 });
      expect(await store.write([{ ...once, instanceId: 'i2' }], NOW_MS)).toEqual({ duplicates: 0, overLimit: 0 });
      expect(await callsSince(NOW)).toEqual({ a: 15 });
    });

    it('answers declared functions, and supersedes those of an older content', async () => {
      const declared = (hash: string, names: string[]): Report =>
        report({
          declarations: [
            {
              path: 'src/a.ts',
              contentHash: hash,
              notObservedReason: '',
              functions: names.map((name) => ({ name, line: 1, column: 1, endLine: 4, bodyHash: 'b' })),
            },
          ],
        });
      await store.write([declared('h1', ['a', 'b'])], NOW_MS);
      await store.write([declared('h1', ['c'])], NOW_MS + 5);
      expect((await functions(NOW)).map((it) => [it.fn.name, it.calls, it.endLine, it.declaredSinceMs])).toEqual([
        ['a', 0, 4, NOW_MS],
        ['b', 0, 4, NOW_MS],
        ['c', 0, 4, NOW_MS + 5],
      ]);
      await store.write([calls('a', 1), calls('seen', 2), declared('h2', ['b', 'd'])], NOW_MS + 9);
      expect((await functions(NOW)).map((it) => [it.fn.name, it.declaredSinceMs])).toEqual([
        ['b', NOW_MS],
        ['d', NOW_MS + 9],
        ['seen', undefined],
      ]);
      expect(await store.findFiles(['src/a.ts', 'a.ts'])).toMatchObject([{ path: 'src/a.ts', contentHash: 'h2' }]);
      const [summary] = (await store.summarise(NOW)).values();
      expect(summary).toMatchObject({
        files: 1,
        functionsDeclared: 2,
        declaredRan: 0,
        functionsSeen: 1,
        seenRan: 1,
        // What superseded functions did was done.
        calls: 3,
      });
    });

    it('keeps files that are not observed with their reason', async () => {
      const declarations = [{ path: 'x.js', contentHash: '', notObservedReason: 'It is generated.', functions: [] }];
      await store.write([report({ declarations })], NOW_MS);
      expect(await store.findFiles(['x.js'])).toMatchObject([{ notObservedReason: 'It is generated.' }]);
      const [summary] = (await store.summarise(NOW)).values();
      expect(summary).toMatchObject({ files: 1, filesNotObserved: 1, functionsDeclared: 0 });
    });

    it('keeps a file that one instance has loaded and another has not as loaded', async () => {
      const loaded = (path: string): Report =>
        report({
          declarations: [
            {
              path,
              contentHash: '',
              notObservedReason: '',
              functions: [{ name: 'a', line: 1, column: 1, endLine: 1, bodyHash: '' }],
            },
          ],
        });
      const notObserved = (path: string, notObservedReason: string): Report =>
        report({ declarations: [{ path, contentHash: '', notObservedReason, functions: [] }] });
      await store.write([loaded('before.js'), notObserved('broken.js', 'It is broken.')], NOW_MS);
      await store.write(
        ['before.js', 'after.js', 'never.js', 'broken.js'].map((path) => notObserved(path, NEVER_LOADED)),
        NOW_MS + 1,
      );
      await store.write([loaded('after.js')], NOW_MS + 2);
      const files = await store.findFiles(['before.js', 'after.js', 'never.js', 'broken.js']);
      expect(Object.fromEntries(files.map(({ path, notObservedReason }) => [path, notObservedReason]))).toEqual({
        'before.js': '',
        'after.js': '',
        'never.js': NEVER_LOADED,
        'broken.js': 'It is broken.',
      });
    });

    it('describes deployments: instances, first and last seen, observed time as a union', async () => {
      const covered = (instanceId: string, startS: number, endS: number): Report => ({
        ...report({ covered: [{ startMs: NOW_MS + startS * 1000, endMs: NOW_MS + endS * 1000 }] }),
        instanceId,
      });
      await store.write(
        [covered('i1', 0, 40), covered('i2', 20, 70), { ...covered('i1', 65, 90), repositoryUrl: 'u' }],
        NOW_MS,
      );
      await store.write([covered('i1', 90, 95)], NOW_MS + DAY_MS);
      const [later] = await store.readDeployments(NOW + 1);
      expect(later).toMatchObject({
        key: shop,
        repositoryUrl: 'u',
        instances: 1,
        firstSeenMs: NOW_MS,
        lastSeenMs: NOW_MS + DAY_MS,
      });
      expect(later?.observedSeconds).toBe(35);
      const [whole] = await store.readDeployments(NOW);
      expect(whole).toMatchObject({ instances: 2, observedSeconds: 95 });
      expect(await store.readDeployments(NOW + 2 * 1440)).toEqual([]);
      expect(await store.readDeployments(NOW + 2 * 1440, [whole?.id ?? -1])).toMatchObject([
        { key: shop, observedSeconds: 0 },
      ]);
    });

    it('adds up drops and totals of a deployment', async () => {
      await store.write(
        [
          report({
            ...calls('a', 4),
            errors: [{ minute: NOW, fn: fnKey('a'), type: 'E', origin: 'unknown', count: 3 }],
            drops: [{ minute: NOW, reason: 'edge_limit', count: 2 }],
          }),
          report({ drops: [{ minute: NOW - 30, reason: 'edge_limit', count: 5 }] }),
        ],
        NOW_MS,
      );
      const [summary] = (await store.summarise(NOW - 30)).values();
      expect(summary).toMatchObject({ calls: 4, errors: 3, drops: new Map([['edge_limit', 7]]) });
      const [narrow] = (await store.summarise(NOW)).values();
      expect(narrow?.drops).toEqual(new Map([['edge_limit', 2]]));
    });

    it('answers the same for minutes, hours and what is between them', async () => {
      const minutes = [NOW - 150, NOW - 121, NOW - 120, NOW - 61, NOW - 60, NOW - 1, NOW];
      await store.write(
        minutes.map((minute, i) => calls('a', 10 ** i, minute)),
        NOW_MS,
      );
      const before = await Promise.all(minutes.map(callsSince));
      expect(before[0]).toEqual({ a: 1_111_111 });
      await maintainAll(NOW_MS + 6 * MINUTE_MS);
      expect(await Promise.all(minutes.map(callsSince))).toEqual(before);
      // Late numbers of an hour that is rolled up already.
      await store.write([calls('a', 3, NOW - 100)], NOW_MS + 7 * MINUTE_MS);
      expect(await callsSince(NOW - 150)).toEqual({ a: 1_111_114 });
      expect(await callsSince(NOW - 100)).toEqual({ a: 1_111_003 });
      expect(await callsSince(NOW - 99)).toEqual({ a: 1_111_000 });
    });

    it('answers old numbers by the hour, and older ones not at all', async () => {
      await store.write([calls('a', 1, NOW - 30), calls('a', 10, NOW - 10), calls('a', 100, NOW)], NOW_MS);
      const afterThreeDays = NOW_MS + 3 * DAY_MS;
      await maintainAll(afterThreeDays);
      expect(await callsSince(NOW - 5)).toEqual({ a: 111 });
      expect(await callsSince(NOW)).toEqual({ a: 100 });
      expect(await callsSince(NOW + 60)).toEqual({ a: 0 });
      // Late numbers of which only the hour is kept.
      await store.write([calls('a', 1000, NOW - 7)], afterThreeDays);
      expect(await callsSince(NOW - 60)).toEqual({ a: 1111 });
      await maintainAll(NOW_MS + 402 * DAY_MS);
      expect(await callsSince(0)).toEqual({ a: 0 });
    });

    it('counts what is over its limits, and keeps the rest', async () => {
      const limits = {
        ...defaultStoreLimits,
        functionsPerDeployment: 2,
        callers: 1,
        errorTypes: 1,
        deployments: 1,
        entryPointsPerDeployment: 1,
        dependencies: 1,
      };
      const small = await open(limits, NOW_MS);
      const edge = (line: number): Report =>
        report({
          edges: [
            {
              minute: NOW,
              callee: fnKey('a'),
              caller: { service: 's', fn: fnKey('c', line) },
              calls: 1,
              sampledCalls: 1,
            },
          ],
          errors: [{ minute: NOW, fn: fnKey('a'), type: `E${line}`, origin: 'unknown', count: 1 }],
          functionEntries: [{ minute: NOW, fn: fnKey('a'), entryPoint: { kind: 'http', name: `/${line}` }, calls: 1 }],
          dependencies: [
            {
              minute: NOW,
              fn: fnKey('a'),
              dependency: { kind: 'db', target: `d${line}` },
              calls: 1,
              durations: histogramOf([]),
            },
          ],
        });
      const other = { ...calls('a', 1), deployment: { ...shop, service: 'other' } };
      const written = await small.write([calls('a', 1), calls('b', 1), calls('c', 1), edge(1), edge(2), other], NOW_MS);
      expect(written.overLimit).toBe(5);
      const [summary] = (await small.summarise(NOW)).values();
      expect(summary?.drops).toEqual(
        new Map(Object.entries({ function_limit: 1, caller_limit: 1, entry_limit: 1, dependency_limit: 1 })),
      );
      expect(summary).toMatchObject({ functionsSeen: 2, calls: 2 });
      const [file] = await small.findFiles(['src/a.ts']);
      const [a] = await small.readFunctions([file?.id ?? -1], NOW);
      expect(a?.errors).toEqual(new Map(Object.entries({ E1: 1, '(other)': 1 })));
      await small.close();
    });

    it('says what it is', async () => {
      expect(await store.status()).toMatchObject({ problem: '', oldestMs: undefined });
      await store.write([report({ covered: [{ startMs: NOW_MS, endMs: NOW_MS + 1000 }] })], NOW_MS);
      expect(await store.status()).toMatchObject({ problem: '', oldestMs: NOW_MS });
    });
  });
}
