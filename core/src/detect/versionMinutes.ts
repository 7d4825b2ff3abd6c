import type { Histogram } from '../histogram.js';

/** The quantiles of the baseline above which calls are counted. */
export const WATCHED_QUANTILES = [0.5, 0.9, 0.99] as const;

/** What a function, an entry point or a dependency did in one minute of one version. */
export interface MinuteFacts {
  /** Whole minutes since the epoch. */
  readonly minute: number;
  readonly calls: number;
  /** Calls whose duration is known. */
  readonly timed: number;
  /** Timed calls above the baseline's `WATCHED_QUANTILES`, in that order. */
  readonly above: readonly number[];
  readonly errors: number;
}

/** How often one thing was called for each call of another, minute by minute. */
export interface CountMinute {
  readonly minute: number;
  /** Calls of what is counted. */
  readonly events: number;
  /** Calls of what makes them. */
  readonly calls: number;
}

/** The last bucket that holds each watched quantile of the baseline; undefined for an empty histogram. */
export function thresholdsOf(baseline: Histogram): readonly number[] | undefined {
  if (baseline.count === 0) return undefined;
  const sorted = [...baseline.buckets].sort(([a], [b]) => a - b);
  return WATCHED_QUANTILES.map((q) => {
    let seen = baseline.zeroCount;
    if (seen >= q * baseline.count) return -Infinity;
    for (const [index, n] of sorted) {
      seen += n;
      if (seen >= q * baseline.count) return index;
    }
    return Infinity;
  });
}

/** How many durations lie above each threshold of `thresholdsOf`. */
export function countAbove(histogram: Histogram, thresholds: readonly number[]): number[] {
  const above = thresholds.map(() => 0);
  for (const [index, n] of histogram.buckets) {
    thresholds.forEach((threshold, i) => {
      if (index > threshold) above[i] = (above[i] ?? 0) + n;
    });
  }
  return above;
}
