import { bucketUpperBound } from '@hindcast/proto/durationBuckets';
import type { Histogram } from '../histogram.js';

/**
 * The duration at quantile `q`, seconds, as if a bucket's durations were spread evenly over its logarithm: ratios of two such
 * values move smoothly, where middles of buckets jump by 4.4 %. Undefined for an empty histogram.
 */
export function interpolatedQuantile(histogram: Histogram, q: number): number | undefined {
  if (histogram.count === 0) return undefined;
  const rank = q * histogram.count;
  let seen = histogram.zeroCount;
  if (rank <= seen) return 0;
  for (const [index, n] of [...histogram.buckets].sort(([a], [b]) => a - b)) {
    if (seen + n >= rank) {
      const [from, to] = [bucketUpperBound(index - 1), bucketUpperBound(index)];
      return from * (to / from) ** ((rank - seen) / n);
    }
    seen += n;
  }
  return undefined;
}
