import { emptyHistogram, mergeHistograms, type Histogram } from '../histogram.js';
import { countChange } from '../detect/countChange.js';
import { interpolatedQuantile } from '../detect/interpolatedQuantile.js';
import { rateChange, type TimedCounts } from '../detect/rateChange.js';

/** What something did in one minute of one version. */
export interface SubjectMinute {
  /** Whole minutes since the epoch. */
  readonly minute: number;
  readonly calls: number;
  /** Of the timed calls; undefined when none was. */
  readonly duration: Histogram | undefined;
  /** By type. */
  readonly errors: ReadonlyMap<string, number>;
  /** Calls of what makes the calls, where these are counted. */
  readonly callerCalls: number;
}

export type TestedMeasure = 'p50' | 'p90' | 'p99' | 'error rate' | 'calls/call';

/** Whether the candidate is above or below a value that lies where the reference's does, or a margin from it. */
export interface BoundTest {
  /** How likely the data are if the candidate were not above the bound, and not below it. */
  readonly abovePValue: number;
  readonly belowPValue: number;
  readonly method: 'cmh' | 'minute-ratio';
}

const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
/** Buckets in an octave of the durations' histograms. */
const BUCKETS = 16;

/** The measure over all minutes; undefined when nothing is known of it. */
export function valueOf(minutes: readonly SubjectMinute[], measure: TestedMeasure): number | undefined {
  if (measure === 'calls/call') return ratio(sum(minutes, callsOf), sum(minutes, callerCallsOf));
  if (measure === 'error rate') return ratio(sum(minutes, errorsOf), sum(minutes, callsOf));
  return interpolatedQuantile(durationsOf(minutes), QUANTILES[measure]);
}

/** Calls that say something of the measure. */
export function sampleOf(minutes: readonly SubjectMinute[], measure: TestedMeasure): number {
  if (measure === 'calls/call') return sum(minutes, callerCallsOf);
  return sum(minutes, measure === 'error rate' ? callsOf : timedOf);
}

/**
 * Tests the candidate against the reference's own value, moved to `bound`: a quantile by the share of calls that take longer than it, a
 * rate by its events. Undefined when there is too little to say anything.
 */
export function boundTest(
  reference: readonly SubjectMinute[],
  candidate: readonly SubjectMinute[],
  measure: TestedMeasure,
  bound?: number,
): BoundTest | undefined {
  const own = valueOf(reference, measure);
  if (own === undefined) return undefined;
  const limit = bound ?? own;
  if (measure === 'calls/call') {
    const counts = (minutes: readonly SubjectMinute[], shift: number) =>
      minutes.map(({ minute, calls, callerCalls }) => ({
        ...{ minute, calls: callerCalls, events: calls + shift * callerCalls },
      }));
    const [from, to] = [counts(reference, limit - own), counts(candidate, 0)];
    const [above, below] = [countChange(from, to), countChange(to, from)];
    return above && below && { abovePValue: above.pValue, belowPValue: below.pValue, method: above.method };
  }
  if (measure === 'error rate') {
    const counts = (minutes: readonly SubjectMinute[], shift: number) =>
      minutes.map((it) => ({
        ...{ minute: it.minute, calls: it.calls },
        events: Math.min(it.calls, Math.max(0, Math.min(it.calls, errorsOf(it)) + shift * it.calls)),
      }));
    return bothWays(counts(reference, limit - own), counts(candidate, 0));
  }
  const bucket = quantileBucket(durationsOf(reference), QUANTILES[measure]);
  if (bucket === undefined) return undefined;
  const shift = own > 0 && limit > 0 ? Math.round(BUCKETS * Math.log2(limit / own)) : 0;
  return bothWays(slowCounts(reference, bucket), slowCounts(candidate, bucket + shift));
}

/**
 * Whether two versions differ in what a third one had: how many calls take longer than its quantile did, which tells a mended version from a
 * bad one even where the bad one's own tail is too rare to be missed. Other measures are compared as they are.
 */
export function differenceTest(
  reference: readonly SubjectMinute[],
  candidate: readonly SubjectMinute[],
  measure: TestedMeasure,
  ruler: readonly SubjectMinute[],
): BoundTest | undefined {
  if (measure === 'calls/call' || measure === 'error rate') return boundTest(reference, candidate, measure);
  const bucket = quantileBucket(durationsOf(ruler), QUANTILES[measure]);
  if (bucket === undefined) return boundTest(reference, candidate, measure);
  return bothWays(slowCounts(reference, bucket), slowCounts(candidate, bucket));
}

function slowCounts(minutes: readonly SubjectMinute[], threshold: number): TimedCounts[] {
  return minutes.map((it) => ({
    ...{ minute: it.minute, calls: timedOf(it), events: countAbove(it.duration, threshold) },
  }));
}

/** A fall of what happened is a rise of what did not. */
function bothWays(reference: readonly TimedCounts[], candidate: readonly TimedCounts[]): BoundTest | undefined {
  const others = (counts: readonly TimedCounts[]) => counts.map((it) => ({ ...it, events: it.calls - it.events }));
  const above = rateChange(reference, candidate, []);
  const below = rateChange(others(reference), others(candidate), []);
  return above && below && { abovePValue: above.pValue, belowPValue: below.pValue, method: above.method };
}

function quantileBucket(histogram: Histogram, q: number): number | undefined {
  if (histogram.count === 0) return undefined;
  let seen = histogram.zeroCount;
  if (seen >= q * histogram.count) return -Infinity;
  for (const [index, n] of [...histogram.buckets].sort(([a], [b]) => a - b)) {
    seen += n;
    if (seen >= q * histogram.count) return index;
  }
  return undefined;
}

function countAbove(histogram: Histogram | undefined, threshold: number): number {
  let count = 0;
  for (const [index, n] of histogram?.buckets ?? []) if (index > threshold) count += n;
  return count;
}

function durationsOf(minutes: readonly SubjectMinute[]): Histogram {
  return mergeHistograms(minutes.map(({ duration }) => duration ?? emptyHistogram));
}

function callsOf({ calls }: SubjectMinute): number {
  return calls;
}

function callerCallsOf({ callerCalls }: SubjectMinute): number {
  return callerCalls;
}

function timedOf({ duration }: SubjectMinute): number {
  return duration?.count ?? 0;
}

function errorsOf({ errors }: SubjectMinute): number {
  let count = 0;
  for (const n of errors.values()) count += n;
  return count;
}

function ratio(events: number, calls: number): number | undefined {
  return calls > 0 ? events / calls : undefined;
}

function sum(minutes: readonly SubjectMinute[], of: (minute: SubjectMinute) => number): number {
  return minutes.reduce((total, minute) => total + of(minute), 0);
}
