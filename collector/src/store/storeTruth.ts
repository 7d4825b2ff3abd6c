import fc from 'fast-check';
import { expect } from 'vitest';
import { histogramOf, quantile } from '@hindcast/core/histogram';
import { callerKeyText } from './keys.js';
import type { CallerKey, EdgeRow, ErrorRow, FunctionRow, Report } from './model.js';
import type { Store } from './store.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { MINUTE_MS, minuteOf } from './storeTime.js';

/** Half a bucket at scale 4. */
const QUANTILE_ERROR = 2 ** (1 / 32) - 1;
const QUANTILES = [0.5, 0.9, 0.99, 1];
const SPAN_MINUTES = 5 * 1440;
const DAY_MS = 86_400_000;

/** One call, as it really was. */
export interface TrueCall {
  readonly name: string;
  readonly minute: number;
  readonly seconds: number;
  readonly error: string | undefined;
  readonly caller: CallerKey;
}

export interface Workload {
  readonly calls: readonly TrueCall[];
  /** The report that each call comes with. */
  readonly batches: readonly number[];
  /** The order in which reports come. */
  readonly order: readonly number[];
  /** After how many reports the store does its maintenance, and by how much later that is. */
  readonly maintenance: readonly { readonly after: number; readonly laterDays: number }[];
  /** Where the window begins. */
  readonly from: number;
}

const BATCHES = 8;

/** Calls of a few functions over some days, in reports that come in any order, with rollups in between. */
export const anyWorkload: fc.Arbitrary<Workload> = fc
  .array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      minute: fc.integer({ min: minuteOf(NOW_MS) - SPAN_MINUTES, max: minuteOf(NOW_MS) }),
      // From a microsecond to hours, and none at all.
      seconds: fc.oneof(fc.double({ min: -14, max: 10, noNaN: true }).map(Math.exp), fc.constant(0)),
      error: fc.option(fc.constantFrom('E', 'F'), { nil: undefined, freq: 4 }),
      caller: fc.oneof(
        fc.constant('entry' as const),
        fc.constantFrom('x', 'y').map((service) => ({ service, fn: fnKey('caller') })),
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .chain((calls) =>
    fc.record({
      calls: fc.constant(calls),
      batches: fc.array(fc.nat(BATCHES - 1), { minLength: calls.length, maxLength: calls.length }),
      order: fc.shuffledSubarray([...Array(BATCHES).keys()], { minLength: BATCHES }),
      maintenance: fc.array(fc.record({ after: fc.nat(BATCHES), laterDays: fc.constantFrom(0, 0.1, 2, 38) }), {
        maxLength: 3,
      }),
      from: fc.oneof(fc.constant(0), fc.integer({ min: minuteOf(NOW_MS) - SPAN_MINUTES, max: minuteOf(NOW_MS) })),
    }),
  );

/** Fails unless the store answers what an exact count of the calls does. */
export async function expectTruth(store: Store, { calls, batches, order, maintenance, from }: Workload): Promise<void> {
  let nowMs = NOW_MS;
  for (const [place, batch] of order.entries()) {
    for (const { laterDays } of maintenance.filter(({ after }) => after === place)) {
      nowMs += laterDays * DAY_MS;
      while (await store.maintain(nowMs));
    }
    await store.write([reportOf(calls.filter((_, i) => batches[i] === batch))], nowMs);
  }
  const ids = (await store.findFiles(['src/a.ts'])).map(({ id }) => id);
  const records = await store.readFunctions(ids, from);
  expect(new Set(records.map(({ fn }) => fn.name))).toEqual(new Set(calls.map(({ name }) => name)));
  for (const { fn, ...record } of records) {
    const own = calls.filter(({ name }) => name === fn.name);
    const since = own.filter(({ minute }) => minute >= from);
    // What is no longer kept by the minute is answered from the beginning of its hour or day.
    const isCoarse = record.calls !== since.length;
    const counted = isCoarse ? own.filter(({ minute }) => minute >= coarseStart(own, from, record.calls)) : since;
    expect({ fn: fn.name, from, calls: record.calls }).toEqual({ fn: fn.name, from, calls: counted.length });
    expect(record.errors).toEqual(
      countsBy(
        counted.filter((it) => it.error !== undefined),
        ({ error }) => error ?? '',
      ),
    );
    expect(new Map(record.callers.map((it) => [callerKeyText(it.caller), it.calls]))).toEqual(
      countsBy(counted, ({ caller }) => callerKeyText(caller)),
    );
    const durations = counted.map(({ seconds }) => seconds).sort((a, b) => a - b);
    expect(record.durations.count).toBe(durations.length);
    for (const q of QUANTILES) {
      const exact = durations[Math.max(1, Math.ceil(q * durations.length)) - 1];
      const answered = quantile(record.durations, q);
      if (exact === undefined || exact === 0) expect(answered).toBe(exact);
      else expect(Math.abs((answered ?? NaN) - exact) / exact, `quantile ${q}`).toBeLessThanOrEqual(QUANTILE_ERROR);
    }
  }
}

/** The beginning of the hour or day of the window's beginning, whichever gives this count; NaN when neither does. */
function coarseStart(own: readonly TrueCall[], from: number, calls: number): number {
  const starts = [60, 1440].map((width) => Math.floor(from / width) * width);
  return starts.find((start) => own.filter(({ minute }) => minute >= start).length === calls) ?? Number.NaN;
}

function reportOf(calls: readonly TrueCall[]): Report {
  const functions = calls.map(({ name, minute, seconds }): FunctionRow => ({
    minute,
    fn: fnKey(name),
    calls: 1,
    durations: histogramOf([seconds]),
  }));
  const errors = calls.flatMap(({ name, minute, error }): ErrorRow[] =>
    error === undefined ? [] : [{ minute, fn: fnKey(name), type: error, origin: 'thrown', count: 1 }],
  );
  const edges = calls.map(({ name, minute, caller }): EdgeRow => ({
    minute,
    callee: fnKey(name),
    caller,
    calls: 1,
    sampledCalls: 1,
  }));
  const covered = calls.map(({ minute }) => ({ startMs: minute * MINUTE_MS, endMs: (minute + 1) * MINUTE_MS }));
  return report({ functions, errors, edges, covered });
}

function countsBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
