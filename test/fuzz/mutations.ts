// Inputs that are nearly requests: valid ones, changed where the format has joints. Everything follows from one seed, so that an input
// that was found can be made again.

/** A small generator of numbers that is the same for the same seed. */
export class Random {
  constructor(private state: number) {}

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    // Source: Marsaglia, "Xorshift RNGs", 2003 (the 32-bit triple 13, 17, 5)
    let x = this.state | 0 || 1;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) % end;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

/** A length-delimited or fixed field of a message: where its tag begins, its value, and its end. */
interface Field {
  readonly from: number;
  readonly value: number;
  readonly end: number;
  readonly type: number;
}

/** The fields of what looks like a message; undefined when it does not. */
function fieldsOf(bytes: Buffer, from: number, end: number): Field[] | undefined {
  const fields: Field[] = [];
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < end && shift < 35; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return -1;
  };
  while (at < end) {
    const begin = at;
    const tag = varint();
    const type = tag & 7;
    if (tag < 8) return undefined;
    const value = at;
    if (type === 0) {
      if (varint() < 0) return undefined;
    } else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      if (length < 0) return undefined;
      at += length;
    } else return undefined;
    if (at > end) return undefined;
    fields.push({ from: begin, value, end: at, type });
  }
  return fields;
}

const VARINTS = [
  '00',
  '01',
  '7f',
  '8001',
  'ffffffff0f',
  'ffffffffffffffffff01',
  'ffffffffffffffffffff',
  '80808080808000',
].map((hex) => Buffer.from(hex, 'hex'));
const FIXED = [
  '0000000000000000',
  'ffffffffffffffff',
  '000000000000f07f',
  '000000000000f87f',
  '000000000000f0ff',
  '0000000000000080',
].map((hex) => Buffer.from(hex, 'hex'));
const TEXTS = [
  Buffer.alloc(0),
  Buffer.from([0xff, 0xfe]),
  Buffer.alloc(70_000, 0x61),
  Buffer.from('a\0b'),
  Buffer.from('\u202e<b>'),
];

/** A random field, at a random depth. */
function somewhere(bytes: Buffer, random: Random): Field | undefined {
  let [from, end] = [0, bytes.length];
  let found: Field | undefined;
  for (let depth = 0; depth < 12; depth++) {
    const fields = fieldsOf(bytes, from, end);
    if (!fields || fields.length === 0) return found;
    found = random.pick(fields);
    if (found.type !== 2 || random.below(6) === 0) return found;
    const length = lengthBytes(bytes, found.value);
    [from, end] = [found.value + length, found.end];
  }
  return found;
}

function lengthBytes(bytes: Buffer, at: number): number {
  let count = 1;
  while ((bytes[at + count - 1] ?? 0) >= 128 && count < 10) count++;
  return count;
}

function replaced(bytes: Buffer, from: number, end: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(end)]);
}

function varintOf(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
  return Buffer.from(out);
}

/** One change. Lengths of the messages around it are not mended as a rule: that is one of the things that go wrong. */
function mutate(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const field = somewhere(bytes, random);
  switch (random.below(10)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
      return copy;
    }
    case 1:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 2:
      return field?.type === 0 ? replaced(bytes, field.value, field.end, random.pick(VARINTS)) : bytes;
    case 3:
      return field?.type === 1 ? replaced(bytes, field.value, field.end, random.pick(FIXED)) : bytes;
    case 4: {
      if (field?.type !== 2) return bytes;
      const text = random.pick(TEXTS);
      return replaced(bytes, field.value, field.end, Buffer.concat([varintOf(text.length), text]));
    }
    case 5:
      return field ? replaced(bytes, field.end, field.end, bytes.subarray(field.from, field.end)) : bytes;
    case 6:
      return field ? replaced(bytes, field.from, field.end, Buffer.alloc(0)) : bytes;
    case 7: {
      const other = random.pick(others);
      const theirs = somewhere(other, random);
      return field && theirs ? replaced(bytes, field.from, field.end, other.subarray(theirs.from, theirs.end)) : bytes;
    }
    case 8: {
      // Many of the same at the outermost level, where no length needs to be mended.
      const fields = fieldsOf(bytes, 0, bytes.length);
      if (!fields || fields.length === 0) return bytes;
      const { from, end } = random.pick(fields);
      return Buffer.concat([bytes, ...Array.from({ length: 1 + random.below(20) }, () => bytes.subarray(from, end))]);
    }
    default: {
      if (!field) return bytes;
      const copy = Buffer.from(bytes);
      copy[field.from] = random.below(256);
      return copy;
    }
  }
}

/** A valid request with a few changes; sometimes none. */
export function nearlyRequest(seeds: readonly Buffer[], random: Random): Buffer {
  let bytes = random.pick(seeds);
  for (let changes = random.below(5); changes > 0; changes--) bytes = mutate(bytes, seeds, random);
  return bytes;
}

/** JSON that is nearly a request: a valid text with pieces exchanged. */
export function nearlyJson(seeds: readonly string[], random: Random): Buffer {
  let text = random.pick(seeds);
  for (let changes = random.below(4); changes > 0; changes--) {
    const places = [...text.matchAll(/"[^"]*"|-?\d+|[[\]{}]/g)];
    if (places.length === 0) break;
    const place = random.pick(places);
    const by = random.pick([
      'null',
      '[]',
      '{}',
      '""',
      '-1',
      '1e400',
      '"NaN"',
      '[[[[]]]]',
      '"18446744073709551616"',
      'true',
      '',
      ',',
    ]);
    text = text.slice(0, place.index) + by + text.slice(place.index + place[0].length);
  }
  return Buffer.from(text);
}
