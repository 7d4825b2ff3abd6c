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

/** Adds what `encodeBuckets` wrote to `into`; returns the number of durations added. */
export function addEncodedBuckets(bytes: Uint8Array, into: Map<number, number>): number {
  let position = 0;
  let index = 0;
  let total = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const zigzag = varint();
    index += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    const count = varint();
    into.set(index, (into.get(index) ?? 0) + count);
    total += count;
  }
  return total;
}

/** Where bucket 0 stands in `scratch`; every bucket of a duration that a double can hold lies within. */
const MIDDLE = 17_400;
const scratch = new Float64Array(2 * MIDDLE);

/**
 * Adds many encodings at once, as upper-case hex with commas between them (`group_concat(hex(buckets))`), to `into`; returns the
 * number of durations added. A database hands over one text far faster than many rows.
 */
export function addHexBuckets(text: string, into: Map<number, number>): number {
  let total = 0;
  let lowest = scratch.length;
  let highest = -1;
  for (let position = 0; position < text.length; position++) {
    let at = MIDDLE;
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
      at += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      scratch[at] = (scratch[at] ?? 0) + count;
      total += count;
      if (at < lowest) lowest = at;
      if (at > highest) highest = at;
    }
  }
  for (let at = lowest; at <= highest; at++) {
    const count = scratch[at] ?? 0;
    if (count === 0) continue;
    into.set(at - MIDDLE, (into.get(at - MIDDLE) ?? 0) + count);
    scratch[at] = 0;
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
