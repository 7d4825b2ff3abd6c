import { DURATION_SCALE, bucketIndex, bucketUpperBound } from '@hindcast/proto/durationBuckets';

/**
 * A duration histogram: OpenTelemetry's base-2 exponential layout at scale 4 over seconds, sparse. Merging adds counts, so
 * it is exact, commutative and associative; a quantile is within 2.17 % of the value at that rank.
 */
export interface Histogram {
  /** Bucket index (see durationBuckets.ts) → count; counts are positive whole numbers. */
  readonly buckets: ReadonlyMap<number, number>;
  /** Durations of zero or too small for a bucket. */
  readonly zeroCount: number;
  /** All recorded durations: zeroCount plus every bucket. */
  readonly count: number;
  readonly sumSeconds: number;
  /** True when part of it came from buckets of another layout. */
  readonly approximate: boolean;
}

export const emptyHistogram: Histogram = {
  buckets: new Map(),
  zeroCount: 0,
  count: 0,
  sumSeconds: 0,
  approximate: false,
};

/** The histogram of these durations, seconds. Negative values and NaN are ignored. */
export function histogramOf(durationsSeconds: Iterable<number>): Histogram {
  const buckets = new Map<number, number>();
  let zeroCount = 0;
  let count = 0;
  let sumSeconds = 0;
  for (const seconds of durationsSeconds) {
    if (!(seconds >= 0) || seconds === Infinity) continue;
    const index = bucketIndex(seconds);
    if (index === undefined) zeroCount++;
    else buckets.set(index, (buckets.get(index) ?? 0) + 1);
    count++;
    sumSeconds += seconds;
  }
  return { buckets, zeroCount, count, sumSeconds, approximate: false };
}

export function mergeHistograms(histograms: Iterable<Histogram>): Histogram {
  const buckets = new Map<number, number>();
  let zeroCount = 0;
  let count = 0;
  let sumSeconds = 0;
  let approximate = false;
  for (const histogram of histograms) {
    for (const [index, n] of histogram.buckets) buckets.set(index, (buckets.get(index) ?? 0) + n);
    zeroCount += histogram.zeroCount;
    count += histogram.count;
    sumSeconds += histogram.sumSeconds;
    approximate ||= histogram.approximate;
  }
  return { buckets, zeroCount, count, sumSeconds, approximate };
}

/**
 * The duration at quantile `q` (0..1), seconds: the geometric middle of the bucket that holds the value of that rank
 * (nearest rank: the smallest value with at least `q` of all values at or below it). Undefined for an empty histogram.
 */
export function quantile(histogram: Histogram, q: number): number | undefined {
  if (histogram.count === 0) return undefined;
  const rank = Math.max(1, Math.ceil(Math.min(1, Math.max(0, q)) * histogram.count));
  if (rank <= histogram.zeroCount) return 0;
  let seen = histogram.zeroCount;
  for (const index of [...histogram.buckets.keys()].sort((a, b) => a - b)) {
    seen += histogram.buckets.get(index) ?? 0;
    if (seen >= rank) return bucketMiddle(index);
  }
  return undefined;
}

/** Geometric middle of a bucket, seconds. */
export function bucketMiddle(index: number): number {
  return Math.sqrt(bucketUpperBound(index - 1) * bucketUpperBound(index));
}

/**
 * The same buckets at scale 4 when they came at a finer scale (4 or more): `index >> (scale - 4)`, exact. A coarser scale
 * cannot be refined and is an error of the caller.
 */
export function downscaleIndex(index: number, scale: number): number {
  if (scale < DURATION_SCALE) throw new RangeError(`scale ${scale} is coarser than ${DURATION_SCALE}`);
  return index >> (scale - DURATION_SCALE);
}
