import { DURATION_SCALE, bucketIndex } from '@hindcast/proto/durationBuckets';
import { downscaleIndex, type Histogram } from '@hindcast/core/histogram';
import { apportion } from '@hindcast/core/rates';
import type { OtlpPoint } from '../otlp/model.js';
import { isCount } from './limits.js';

const MIN_SCALE = -4;
const MAX_SCALE = 20;
/** Every positive double lies in a bucket between these. */
const MAX_INDEX = 17_184;

/**
 * The point of an exponential histogram of seconds at scale 4. Finer scales are exact; a coarser one is spread evenly over the
 * buckets it covers and marked approximate. Undefined when it holds negative durations or numbers that cannot be.
 */
export function fromExponential(point: OtlpPoint): Histogram | undefined {
  const { scale, positive, negative, zeroCount, sum } = point;
  if (!Number.isInteger(scale) || scale < MIN_SCALE || scale > MAX_SCALE) return undefined;
  if (!isCount(zeroCount) || !(sum >= 0) || sum === Infinity) return undefined;
  if (negative.counts.some((count) => count !== 0)) return undefined;
  const buckets = new Map<number, number>();
  let count = zeroCount;
  for (const [i, n] of positive.counts.entries()) {
    if (!isCount(n)) return undefined;
    if (n === 0) continue;
    count += n;
    for (const [index, part] of atScale4(positive.offset + i, scale, n)) {
      if (Math.abs(index) > MAX_INDEX) return undefined;
      if (part > 0) buckets.set(index, (buckets.get(index) ?? 0) + part);
    }
  }
  return isCount(count)
    ? { buckets, zeroCount, count, sumSeconds: sum, approximate: scale < DURATION_SCALE }
    : undefined;
}

/**
 * The point of a histogram with explicit bounds, seconds: each bucket's count is spread evenly over the buckets of scale 4
 * between its bounds; the open ones reach an octave beyond their bound. Undefined for numbers that cannot be.
 */
export function fromExplicit(point: OtlpPoint): Histogram | undefined {
  const { explicitBounds: bounds, bucketCounts, sum } = point;
  if (bucketCounts.length !== bounds.length + 1 || bounds.length === 0 || !(sum >= 0) || sum === Infinity)
    return undefined;
  if (bounds.some((bound, i) => !(bound > (bounds[i - 1] ?? -Infinity)) || bound === Infinity)) return undefined;
  const buckets = new Map<number, number>();
  let zeroCount = 0;
  let count = 0;
  for (const [i, n] of bucketCounts.entries()) {
    if (!isCount(n)) return undefined;
    if (n === 0) continue;
    count += n;
    const upper = bounds[i] ?? 2 * (bounds[i - 1] ?? 0);
    const lower = i === 0 ? upper / 2 : (bounds[i - 1] ?? 0);
    const last = bucketIndex(upper);
    if (last === undefined) {
      zeroCount += n;
      continue;
    }
    const first = Math.min(last, (bucketIndex(lower > 0 ? lower : upper / 2) ?? last - 1) + 1);
    for (const [index, part] of evenly(first, last - first + 1, n)) {
      if (part > 0) buckets.set(index, (buckets.get(index) ?? 0) + part);
    }
  }
  return isCount(count) ? { buckets, zeroCount, count, sumSeconds: sum, approximate: true } : undefined;
}

function atScale4(index: number, scale: number, count: number): [index: number, count: number][] {
  if (scale >= DURATION_SCALE) return [[downscaleIndex(index, scale), count]];
  const width = 2 ** (DURATION_SCALE - scale);
  return evenly(index * width, width, count);
}

function evenly(first: number, width: number, count: number): [index: number, count: number][] {
  return apportion(count, new Array<number>(width).fill(1)).map((part, i) => [first + i, part]);
}
