/** Reads and writes the primitive types of Kafka's protocol: https://kafka.apache.org/protocol#protocol_types. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8((this.#at += 1) - 1);
  }

  int16(): number {
    return this.#bytes.readInt16BE((this.#at += 2) - 2);
  }

  int32(): number {
    return this.#bytes.readInt32BE((this.#at += 4) - 4);
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE((this.#at += 8) - 8);
  }

  bytes(): Buffer {
    return this.#take(this.int32());
  }

  text(): string {
    return this.#take(this.int16()).toString();
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += Math.max(0, length);
    return this.#bytes.subarray(start, this.#at);
  }
}

const number = (size: number, write: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
};

export const int16 = (value: number): Buffer => number(2, (bytes) => bytes.writeInt16BE(value));
export const int32 = (value: number): Buffer => number(4, (bytes) => bytes.writeInt32BE(value));
export const int64 = (value: number): Buffer => number(8, (bytes) => bytes.writeBigInt64BE(BigInt(value)));
export const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
export const sized = (value: Buffer): Buffer => Buffer.concat([int32(value.length), value]);
export const list = (items: readonly Buffer[]): Buffer => Buffer.concat([int32(items.length), ...items]);
