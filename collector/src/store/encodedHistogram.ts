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

/** Gives each bucket that `encodeBuckets` wrote from `start` to `end`; returns the number of durations. */
export function eachEncodedBucket(
  bytes: Uint8Array,
  start: number,
  end: number,
  each: (index: number, count: number) => void,
): number {
  let position = start;
  let index = 0;
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

/**
 * Gives each bucket of many encodings at once, as upper-case hex with commas between them (`group_concat(hex(buckets))`); returns
 * the number of durations. A database hands over one text far faster than many rows.
 */
export function eachHexBucket(text: string, each: (index: number, count: number) => void): number {
  let total = 0;
  for (let position = 0; position < text.length; position++) {
    let index = 0;
    while (position < text.length && text.charCodeAt(position) !== COMMA) {
      let zigzag = 0;
      for (let scale = 1, isLast = false; !isLast; scale *= 128, position += 2) {
        const byte = hexByte(text, position);
        zigzag += (byte & 127) * scale;
        isLast = byte < 128;
      }
      let count = 0;
      for (let scale = 1, isLast = false; !isLast; scale *= 128, position += 2) {
        const byte = hexByte(text, position);
        count += (byte & 127) * scale;
        isLast = byte < 128;
      }
      index += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      each(index, count);
      total += count;
    }
  }
  return total;
}

const COMMA = 44;

/** A missing digit reads as 0, so that a cut text still ends. */
function hexByte(text: string, position: number): number {
  return hexDigit(text.charCodeAt(position)) * 16 + hexDigit(text.charCodeAt(position + 1));
}

function hexDigit(code: number): number {
  return code > 64 ? code - 55 : code >= 48 ? code - 48 : 0;
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
