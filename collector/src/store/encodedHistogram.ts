/**
 * The buckets of a histogram in few bytes: for each bucket in ascending order the zigzag varint of its distance to the bucket
 * before (the first to zero), then the varint of its count.
 */
export function encodeBuckets(buckets: ReadonlyMap<number, number>): Uint8Array {
  const bytes: number[] = [];
  let previous = 0;
  for (const index of [...buckets.keys()].sort((a, b) => a - b)) {
    const delta = index - previous;
    pushVarint(bytes, delta < 0 ? -delta * 2 - 1 : delta * 2);
    pushVarint(bytes, buckets.get(index) ?? 0);
    previous = index;
  }
  return Uint8Array.from(bytes);
}

/**
 * Gives each bucket that `encodeBuckets` wrote from `start` to `end`; returns the number of durations.
 * @param startIndex the bucket before `start`
 */
export function eachEncodedBucket(
  bytes: Uint8Array,
  start: number,
  end: number,
  each: (index: number, count: number) => void,
  startIndex = 0,
): number {
  let position = start;
  let index = startIndex;
  let total = 0;
  while (position < end) {
    let zigzag = 0;
    for (let scale = 1, isLast = false; !isLast; scale *= 128) {
      const byte = bytes[position++] ?? 0;
      zigzag += (byte & 127) * scale;
      isLast = byte < 128;
    }
    let count = 0;
    for (let scale = 1, isLast = false; !isLast; scale *= 128) {
      const byte = bytes[position++] ?? 0;
      count += (byte & 127) * scale;
      isLast = byte < 128;
    }
    index += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    each(index, count);
    total += count;
  }
  return total;
}

/** Adds what `encodeBuckets` wrote to `into`; returns the number of durations added. */
export function addEncodedBuckets(bytes: Uint8Array, into: Map<number, number>): number {
  return eachEncodedBucket(bytes, 0, bytes.length, (index, count) => into.set(index, (into.get(index) ?? 0) + count));
}

/** The encoded buckets of two encoded histograms together. */
export function mergeEncodedBuckets(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const buckets = new Map<number, number>();
  addEncodedBuckets(a, buckets);
  addEncodedBuckets(b, buckets);
  return encodeBuckets(buckets);
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
