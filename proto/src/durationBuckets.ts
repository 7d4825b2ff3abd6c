/**
 * The one bucket layout for durations on every wire and in every store: OpenTelemetry's base-2 exponential histogram at
 * scale 4, over seconds. Bucket `i` holds durations in `(2^(i/16), 2^((i+1)/16)]` seconds, so neighbours differ by
 * 4.4 % and the geometric middle of a bucket is within 2.17 % of every value in it.
 * Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export const DURATION_SCALE = 4;

const BUCKETS_PER_OCTAVE = 1 << DURATION_SCALE;

/** Upper bound of bucket `index`, seconds (inclusive). */
export function bucketUpperBound(index: number): number {
  return 2 ** ((index + 1) / BUCKETS_PER_OCTAVE);
}

/** The bucket that holds `seconds`; undefined when it is not a positive finite number. */
export function bucketIndex(seconds: number): number | undefined {
  if (!(seconds > 0) || seconds === Infinity) return undefined;
  let index = Math.ceil(Math.log2(seconds) * BUCKETS_PER_OCTAVE) - 1;
  // log2 rounds: settle values that lie at a bound by comparing with the bound itself.
  while (seconds > bucketUpperBound(index)) index++;
  while (seconds <= bucketUpperBound(index - 1)) index--;
  return index;
}
