import { InternedText } from './internedText.js';

/** Bytes that are not the message they claim to be. The message says what is wrong and where, never what they hold. */
export class OtlpDecodeError extends Error {
  override readonly name = 'OtlpDecodeError';
}

/** A message that is well-formed, and more than is taken at once. */
export class OtlpTooLargeError extends Error {
  override readonly name = 'OtlpTooLargeError';
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const MAX_REPEATED = 16_384;
const MAX_ITEMS = 500_000;

/**
 * Reads protobuf's wire format from bytes that may be hostile. Every read stays before `end`, the end of the message that is
 * being read; `enter` narrows it and `leave` widens it again, so nothing is copied and nothing is allocated per message.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  /** Where the next byte is read. */
  position = 0;
  /** Where the current message ends. */
  end: number;
  /** Of the field that `next` found. */
  field = 0;
  wireType = 0;
  /** The high half of what `fixed64`, or a varint, read; the low half is its result. */
  high = 0;

  private items = 0;

  /** @param interned strings that came before; nothing of `bytes` stays in it but short texts */
  constructor(
    readonly bytes: Buffer,
    private readonly interned: InternedText = new InternedText(),
  ) {
    this.end = bytes.length;
  }

  /** Moves to the next field of the current message; false at its end. */
  next(): boolean {
    if (this.position >= this.end) return false;
    // Fields up to 15 have a tag of one byte.
    const first = this.bytes[this.position] ?? 0;
    const tag = first < 128 ? (this.position++, first) : this.uint32();
    this.wireType = tag & 7;
    this.field = tag >>> 3;
    if (this.field === 0) this.fail('field number 0');
    return true;
  }

  /** Steps over the value of the current field. */
  skip(): void {
    if (this.wireType === BYTES) this.position = this.length();
    else if (this.wireType === VARINT) this.skipVarint();
    else if (this.wireType === FIXED64) this.advance(8);
    else if (this.wireType === FIXED32) this.advance(4);
    else this.fail(`wire type ${this.wireType}`);
  }

  /** Enters the message that is the current field's value; give what it returns to `leave`. */
  enter(): number {
    this.expect(BYTES);
    const outer = this.end;
    this.end = this.length();
    return outer;
  }

  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  string(): string {
    const start = this.startOfBytes();
    return this.interned.of(this.bytes, start, this.position);
  }

  /** Bytes as a string with one character a byte, which is cheap to compare and to use as a key. */
  latin1(): string {
    const start = this.startOfBytes();
    return this.bytes.toString('latin1', start, this.position);
  }

  bool(): boolean {
    return this.int64() !== 0;
  }

  /** A varint of 64 bits as a number: exact up to 2^53, the nearest double beyond; negative when its sign bit is set. */
  int64(): number {
    this.expect(VARINT);
    const low = this.varint();
    return (this.high | 0) * 4294967296 + low;
  }

  /** The lower 32 bits of a varint, signed; what an enum is. */
  int32(): number {
    this.expect(VARINT);
    return this.varint() | 0;
  }

  sint32(): number {
    this.expect(VARINT);
    const low = this.varint();
    return (low >>> 1) ^ -(low & 1);
  }

  /** The low half, unsigned; the high one is in `high`. */
  fixed64(): number {
    this.expect(FIXED64);
    const at = this.position;
    this.advance(8);
    this.high = this.bytes.readUInt32LE(at + 4);
    return this.bytes.readUInt32LE(at);
  }

  /** A fixed64 as a number: exact up to 2^53. */
  fixed64Number(): number {
    const low = this.fixed64();
    return this.high * 4294967296 + low;
  }

  sfixed64Number(): number {
    const low = this.fixed64();
    return (this.high | 0) * 4294967296 + low;
  }

  fixed32(): number {
    this.expect(FIXED32);
    const at = this.position;
    this.advance(4);
    return this.bytes.readUInt32LE(at);
  }

  double(): number {
    this.expect(FIXED64);
    const at = this.position;
    this.advance(8);
    return this.bytes.readDoubleLE(at);
  }

  /** Appends a repeated number field that is packed or not; `read` reads one value. */
  repeated(unpackedType: number, into: number[], read: () => number): void {
    if (this.wireType !== BYTES) {
      this.expect(unpackedType);
      into.push(read());
      return;
    }
    const outer = this.enter();
    this.wireType = unpackedType;
    while (this.position < this.end) {
      if (into.length === MAX_REPEATED) this.fail(`more than ${MAX_REPEATED} numbers in one list`);
      into.push(read());
    }
    this.leave(outer);
  }

  /** A varint of 64 bits without regard to the current field. */
  readonly varintNumber = (): number => {
    const low = this.varint();
    return this.high * 4294967296 + low;
  };

  fail(what: string): never {
    throw new OtlpDecodeError(`Not a valid OTLP message: ${what} at byte ${this.position}.`);
  }

  /** Steps over the current field's bytes; they begin where it returns and end at the position. */
  startOfBytes(): number {
    this.expect(BYTES);
    const end = this.length();
    const start = this.position;
    this.position = end;
    return start;
  }

  /** Counts something that takes memory however few bytes it came in: two bytes make an empty span. */
  countItem(): void {
    if (++this.items > MAX_ITEMS) throw new OtlpTooLargeError(`The message holds more than ${MAX_ITEMS} items.`);
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) this.fail(`wire type ${this.wireType} in field ${this.field}`);
  }

  private advance(count: number): void {
    if (count > this.end - this.position) this.fail('a value that goes past the end of its message');
    this.position += count;
  }

  /** Reads a length and returns where the value ends; the position is where it begins. */
  private length(): number {
    const length = this.uint32();
    if (length > this.end - this.position) this.fail('a length that goes past the end of its message');
    return this.position + length;
  }

  private uint32(): number {
    const first = this.bytes[this.position] ?? 0;
    if (first < 128 && this.position < this.end) {
      this.position++;
      return first;
    }
    const low = this.varint();
    if (this.high !== 0) this.fail('a number of more than 32 bits');
    return low;
  }

  private skipVarint(): void {
    for (let read = 0; ; read++) {
      if (read === 10) this.fail('a number of more than 10 bytes');
      if (this.position >= this.end) this.fail('a number that is cut off');
      if ((this.bytes[this.position++] ?? 0) < 128) return;
    }
  }

  /** The low half, unsigned; the high one is in `high`. */
  private varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 63) this.fail('a number of more than 10 bytes');
      if (this.position >= this.end) this.fail('a number that is cut off');
      const byte = this.bytes[this.position++] ?? 0;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
  }
}
