import type { VersionLatency } from '@hindcast/proto/webviewMessages';

/** A part of the axis and which share of all timed calls lies in it. */
export interface Step {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly share: number;
}

export interface Densities {
  /** What all versions together reach over; undefined when nothing was timed. */
  readonly domain: readonly [number, number] | undefined;
  /** One for each version, ascending, gaps included. */
  readonly steps: readonly (readonly Step[])[];
}

const BUCKETS_PER_OCTAVE = 16;
const MAX_STEPS = 72;
const boundary = (index: number) => 2 ** (index / BUCKETS_PER_OCTAVE);

/** The histograms as shares of each version's calls on one axis, with buckets joined until there are few enough to be read. */
export function densities(versions: readonly VersionLatency[]): Densities {
  const indexes = versions.flatMap(({ bucketIndexes }) => bucketIndexes);
  if (indexes.length === 0) return { domain: undefined, steps: versions.map(() => []) };
  const lowest = indexes.reduce((a, b) => Math.min(a, b));
  const highest = indexes.reduce((a, b) => Math.max(a, b));
  let width = 1;
  while ((highest - lowest + 1) / width > MAX_STEPS) width *= 2;
  const first = Math.floor(lowest / width);
  const last = Math.floor(highest / width);
  const steps = versions.map(({ bucketIndexes, bucketCounts, timed }) => {
    const counts = new Float64Array(last - first + 1);
    for (const [at, index] of bucketIndexes.entries()) {
      const step = Math.floor(index / width) - first;
      counts[step] = (counts[step] ?? 0) + (bucketCounts[at] ?? 0);
    }
    return Array.from(counts, (count, step) => ({
      fromSeconds: boundary((first + step) * width),
      toSeconds: boundary((first + step + 1) * width),
      share: timed > 0 ? count / timed : 0,
    }));
  });
  return { domain: [boundary(first * width), boundary((last + 1) * width)], steps };
}

/** Which share of the timed calls took at most so long; within a bucket in proportion, on the logarithmic axis. */
export function shareBelow({ bucketIndexes, bucketCounts, zeroCount, timed }: VersionLatency, seconds: number): number {
  if (timed <= 0) return 0;
  const at = Math.log2(Math.max(seconds, Number.MIN_VALUE)) * BUCKETS_PER_OCTAVE;
  let below = zeroCount;
  for (const [order, index] of bucketIndexes.entries()) {
    below += (bucketCounts[order] ?? 0) * Math.min(1, Math.max(0, at - index));
  }
  return Math.min(1, below / timed);
}
