import fc from 'fast-check';
import { histogramOf, type Histogram } from '@hindcast/core/histogram';
import { callerKeyText, dependencyKeyText, entryPointKeyText, functionKeyText, pathOwnerKeyText } from './keys.js';
import type { Report } from './model.js';
import type { DependencyTotal, Store } from './store.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { MINUTE_MS, minuteOf } from './storeTime.js';

// Random histories of a store, and all that it answers: two stores with the same history answer the same.

const NOW = minuteOf(NOW_MS);
/** How far back histories go. */
export const SPAN_MINUTES = 3 * 24 * 60;

const fn = fc
  .record({ name: fc.constantFrom('a', 'b', 'c'), line: fc.constantFrom(1, 2) })
  .map((it) => fnKey(it.name, it.line));
/** A minute of the last three days. */
export const anyMinute = fc.integer({ min: NOW - SPAN_MINUTES, max: NOW });
const count = fc.integer({ min: 1, max: 1000 });

const maybeFn = fc.option(fn, { nil: undefined });
// Powers of two add up exactly in any order.
const durations = fc.array(fc.constantFrom(0, 0.25, 1, 64), { maxLength: 4 }).map(histogramOf);
const entryPoint = fc.record({ kind: fc.constantFrom('http', 'timer'), name: fc.constantFrom('a', 'b') });
const dependency = fc.record({ kind: fc.constantFrom('http', 'db'), target: fc.constantFrom('a', 'b') });

const anyReport: fc.Arbitrary<Report> = fc
  .record({
    onceKey: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }),
    instanceId: fc.constantFrom('i1', 'i2'),
    functions: fc.array(
      fc.record({
        minute: anyMinute,
        fn,
        calls: count,
        durations,
      }),
      { maxLength: 4 },
    ),
    errors: fc.array(
      fc.record({
        minute: anyMinute,
        fn,
        type: fc.constantFrom('E', 'F'),
        origin: fc.constantFrom('thrown', 'unknown'),
        count,
      }),
      { maxLength: 2 },
    ),
    edges: fc.array(
      fc.record({
        minute: anyMinute,
        callee: fn,
        caller: fc.oneof(fc.constant('entry' as const), fc.record({ service: fc.constantFrom('s', 't'), fn })),
        calls: count,
        sampledCalls: count,
      }),
      { maxLength: 3 },
    ),
    entries: fc.array(fc.record({ minute: anyMinute, entryPoint, fn: maybeFn, calls: count, durations }), {
      maxLength: 2,
    }),
    entryErrors: fc.array(
      fc.record({ minute: anyMinute, entryPoint, fn: maybeFn, type: fc.constantFrom('E', '500'), count }),
      {
        maxLength: 2,
      },
    ),
    functionEntries: fc.array(
      fc.record({ minute: anyMinute, fn, entryPoint: fc.option(entryPoint, { nil: undefined }), calls: count }),
      { maxLength: 2 },
    ),
    dependencies: fc.array(fc.record({ minute: anyMinute, fn: maybeFn, dependency, calls: count, durations }), {
      maxLength: 2,
    }),
    dependencyErrors: fc.array(
      fc.record({ minute: anyMinute, fn: maybeFn, dependency, type: fc.constantFrom('E', 'F'), count }),
      {
        maxLength: 2,
      },
    ),
    paths: fc.array(
      fc.record({
        minute: anyMinute,
        entryPoint,
        traces: count,
        partialTraces: count,
        totalNanos: fc.integer({ min: 0, max: 1e9 }),
      }),
      { maxLength: 2 },
    ),
    pathOwners: fc.array(
      fc.record({
        minute: anyMinute,
        entryPoint,
        owner: fc.record({
          service: fc.constantFrom('s', 't'),
          fn,
          calleeService: fc.constantFrom('', 'u'),
          dependency: fc.option(dependency, { nil: undefined }),
        }),
        traces: count,
        pathTraces: count,
        selfNanos: fc.integer({ min: 0, max: 1e9 }),
        savesAtMostNanos: count,
        boundTraces: count,
      }),
      { maxLength: 2 },
    ),
    drops: fc.array(fc.record({ minute: anyMinute, reason: fc.constantFrom('x', 'y'), count }), { maxLength: 2 }),
    covered: fc.array(
      fc.record({ from: anyMinute, seconds: fc.integer({ min: 1, max: 300 }) }).map(({ from, seconds }) => ({
        startMs: from * MINUTE_MS,
        endMs: from * MINUTE_MS + seconds * 1000,
      })),
      { maxLength: 2 },
    ),
  })
  .map(report);

/** What happens to a store. */
export type Step = { write: Report[] } | { maintainAfterMinutes: number };
/** Long waits make days of hours, and with many of these of all of them. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ write: fc.array(anyReport, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ maintainAfterMinutes: fc.integer({ min: 0, max: 2000 }) }) },
  // So long that some hours, and with many of these all of them, are kept as days.
  { weight: 1, arbitrary: fc.record({ maintainAfterMinutes: fc.integer({ min: 0, max: 40 * 1440 }) }) },
);

const sorted = (it: Histogram) => ({ ...it, buckets: [...it.buckets].sort(([a], [b]) => a - b) });
const dependencies = (totals: readonly DependencyTotal[]) =>
  totals
    .map((it) => ({ ...it, durations: sorted(it.durations) }))
    .sort((a, b) => (dependencyKeyText(a.dependency) < dependencyKeyText(b.dependency) ? -1 : 1));

/** Everything a store answers, in one order. */
export async function answersOf(store: Store, from: number) {
  const files = await store.findFiles(['src/a.ts']);
  const functions = await store.readFunctions(
    files.map((file) => file.id),
    from,
  );
  const ids = (await store.readDeployments(from)).map(({ id }) => id);
  const totals = (await store.readFunctionTotals(ids, from)).toSorted((a, b) =>
    functionKeyText(a.fn) < functionKeyText(b.fn) ? -1 : 1,
  );
  const names = new Map(totals.map((it) => [it.id, functionKeyText(it.fn)]));
  const series = await Promise.all(
    [1, 15, 60, 1440, 2880].map(async (width) =>
      (await store.readSeries([...names.keys()], from, width))
        .map((it) => [names.get(it.functionId), it.minute, it.calls, it.errors, sorted(it.durations)])
        .map((it) => JSON.stringify(it))
        .sort(),
    ),
  );
  const minutes: unknown[] = [];
  for await (const it of store.readMinutes(ids, from, NOW + 10 * 1440)) {
    minutes.push([
      it.minute,
      it.observedSeconds,
      it.functions
        .map((fn) => [names.get(fn.functionId), fn.calls, sorted(fn.durations), [...fn.errors].sort()])
        .sort(),
      it.edges.map((edge) => [names.get(edge.functionId), callerKeyText(edge.caller), edge.calls]).sort(),
      it.entryPoints
        .map((entry) => [entryPointKeyText(entry.entryPoint), entry.calls, [...entry.errors].sort()])
        .sort(),
      it.functionEntries.map((entry) => [names.get(entry.functionId), entry.entryPoint?.name, entry.calls]).sort(),
      it.dependencies.map((to) => [names.get(to.functionId), to.dependency.target, to.calls, to.errors]).sort(),
    ]);
  }
  return {
    totals: totals.map(({ fn: key, calls, errors, durations: of, declaredSinceMs }) => [
      functionKeyText(key),
      calls,
      errors,
      sorted(of),
      declaredSinceMs,
    ]),
    series,
    minutes,
    edges: (await store.readEdges(ids, from))
      .map((it) => [names.get(it.functionId), callerKeyText(it.caller), it.calls, it.sampledCalls])
      .sort(),
    observed: await Promise.all(
      ids.map(async (id) => [...(await store.readObserved(id, from, 1440))].sort(([a], [b]) => a - b)),
    ),
    paths: (await store.readPaths(ids, from))
      .map(({ entryPoint: of, traces, partialTraces, totalNanos, owners }) => [
        entryPointKeyText(of),
        traces,
        partialTraces,
        totalNanos,
        owners
          .map(({ owner, ...it }) => `${pathOwnerKeyText(owner)} ${JSON.stringify(Object.entries(it).sort())}`)
          .sort(),
      ])
      .sort(),
    functions: functions
      .map((it) => ({
        key: functionKeyText(it.fn),
        calls: it.calls,
        lastCalledMs: it.lastCalledMs,
        durations: sorted(it.durations),
        entryPoints: it.entryPoints
          .map((share) => [share.entryPoint?.kind, share.entryPoint?.name, share.calls])
          .sort(),
        dependencies: dependencies(it.dependencies),
        errors: [...it.errors].sort(),
        callers: it.callers.map((edge) => [callerKeyText(edge.caller), edge.calls, edge.sampledCalls]).sort(),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    deployments: (await store.readDeployments(from)).map((it) => ({ ...it, id: 0 })),
    summaries: [...(await store.summarise(from)).values()].map((it) => ({
      ...it,
      drops: [...it.drops].sort(),
      dependencies: dependencies(it.dependencies),
    })),
    entryPoints: (await store.readEntryPoints(from))
      .map((it) => ({ ...it, deploymentId: 0, fn: '', durations: sorted(it.durations), errors: [...it.errors].sort() }))
      .sort((a, b) => (entryPointKeyText(a.entryPoint) < entryPointKeyText(b.entryPoint) ? -1 : 1)),
  };
}
