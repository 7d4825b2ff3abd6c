import { bucketIndex } from '@hindcast/proto/durationBuckets';
import { mergeHistograms, quantile, type Histogram } from '@hindcast/core/histogram';
import { cochranMantelHaenszel } from '@hindcast/core/statistics/cochranMantelHaenszel';
import type { MinuteCounts, RateComparison } from '@hindcast/core/statistics/minuteCounts';
import { MIN_MINUTES, minuteRatio } from '@hindcast/core/statistics/minuteRatio';
import type { FunctionDetail, SeriesPoint } from '../collector/functionDetail.js';

export type Measure = 'p50' | 'p90' | 'p99' | 'errorRate';

export const MEASURES: readonly Measure[] = ['p50', 'p90', 'p99', 'errorRate'];

/** Fewer calls than this on either side say nothing. */
const MIN_CALLS = 20;
/** How likely chance may be before a difference counts as one. */
const ALPHA = 0.01;
/** Smaller changes are not told from none: within the buckets' width, or a tenth of a percentage point of errors. */
const MIN_DURATION_RATIO = 1.1;
const MIN_RATE_DIFFERENCE = 0.001;

/** One function in its older and its newer version. */
export interface VersionComparison {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly callsBefore: number;
  readonly callsAfter: number;
  readonly minutesBefore: number;
  readonly minutesAfter: number;
  /** Both ran in the same minutes, or one after the other; undefined when there is too little data. */
  readonly method: 'cmh' | 'minute-ratio' | undefined;
  readonly pValue: number | undefined;
  readonly direction: 'higher' | 'lower' | 'no difference shown' | 'not enough data';
}

/**
 * Compares by the minute, as docs/adr and core/statistics say why. For a quantile the events are the calls that took longer than
 * that quantile of the older version.
 */
export function compareVersions(older: FunctionDetail, newer: FunctionDetail, measure: Measure): VersionComparison {
  const before = valueOf(older, measure);
  const after = valueOf(newer, measure);
  const limit = measure === 'errorRate' ? undefined : before;
  const old = minutes(older.series, measure, limit);
  const young = minutes(newer.series, measure, limit);
  const callsBefore = sum(old);
  const callsAfter = sum(young);
  const counts = { before, after, callsBefore, callsAfter, minutesBefore: old.size, minutesAfter: young.size };
  const nothing = { ...counts, method: undefined, pValue: undefined, direction: 'not enough data' } as const;
  if (before === undefined || after === undefined || callsBefore < MIN_CALLS || callsAfter < MIN_CALLS) return nothing;
  const shared = [...old].flatMap(([start, baseline]) => {
    const candidate = young.get(start);
    return candidate ? [{ baseline, candidate }] : [];
  });
  const isSideBySide = shared.length >= MIN_MINUTES;
  const compared: RateComparison | undefined = isSideBySide
    ? cochranMantelHaenszel(shared)
    : minuteRatio([...old.values()], [...young.values()]);
  if (!compared && (old.size < MIN_MINUTES || young.size < MIN_MINUTES)) return nothing;
  const method = isSideBySide ? 'cmh' : 'minute-ratio';
  const pValue = compared?.pValue ?? 1;
  const isShown = pValue < ALPHA && isLarge(before, after, measure);
  return {
    ...counts,
    method,
    pValue,
    direction: !isShown ? 'no difference shown' : after > before ? 'higher' : 'lower',
  };
}

function isLarge(before: number, after: number, measure: Measure): boolean {
  if (measure === 'errorRate') return Math.abs(after - before) >= MIN_RATE_DIFFERENCE;
  return Math.max(after, before) >= MIN_DURATION_RATIO * Math.min(after, before);
}

function valueOf({ facts, series }: FunctionDetail, measure: Measure): number | undefined {
  if (measure === 'errorRate') return facts.calls > 0 ? Math.min(1, facts.errors / facts.calls) : undefined;
  const histograms = series.flatMap(({ duration }) => (duration ? [duration] : []));
  const all = facts.duration ?? mergeHistograms(histograms);
  return quantile(all, { p50: 0.5, p90: 0.9, p99: 0.99 }[measure]);
}

function minutes(
  series: readonly SeriesPoint[],
  measure: Measure,
  limitSeconds: number | undefined,
): Map<number, MinuteCounts> {
  const found = new Map<number, MinuteCounts>();
  for (const { startMs, calls, errors, duration } of series) {
    if (measure === 'errorRate') {
      if (calls > 0) found.set(startMs, { events: Math.min(errors, calls), calls });
    } else if (duration && duration.count > 0 && limitSeconds !== undefined) {
      found.set(startMs, { events: above(duration, limitSeconds), calls: duration.count });
    }
  }
  return found;
}

function above({ buckets }: Histogram, limitSeconds: number): number {
  const limit = bucketIndex(limitSeconds) ?? -Infinity;
  let count = 0;
  for (const [index, n] of buckets) if (index > limit) count += n;
  return count;
}

function sum(counts: ReadonlyMap<number, MinuteCounts>): number {
  return [...counts.values()].reduce((total, { calls }) => total + calls, 0);
}
