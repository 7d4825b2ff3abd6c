// Telemetry says the same words over and over: attribute keys, function names, paths. Turning bytes into a string costs more
// than comparing them with a string that is there already, and equal strings that are one object are cheap keys.

const SLOTS = 16_384;
const MAX_LENGTH = 160;
const FIRST_NOT_ASCII = 128;
const MAX_TABLE = 65_536;

/** Mixes bytes into a number of 32 bits; not meant to withstand an attacker, who can only make it slower. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Whether the text is these bytes, one character each. */
function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) >= FIRST_NOT_ASCII) return false;
  return true;
}

/** Strings that came a short while ago. Its memory is bounded: each slot holds one short text, the latest. */
export class InternedText {
  private readonly slots = new Array<string | undefined>(SLOTS);

  /** The UTF-8 bytes as a string, the same object as the last time where that is still remembered. */
  of(bytes: Buffer, start: number, end: number): string {
    if (end === start) return '';
    if (end - start > MAX_LENGTH) return bytes.toString('utf8', start, end);
    const slot = hashOf(bytes, start, end) & (SLOTS - 1);
    const known = this.slots[slot];
    if (known !== undefined && isText(known, bytes, start, end)) return known;
    const isPlain = isAscii(bytes, start, end);
    const text = isPlain ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
    // Of other texts the bytes would have to be kept too; production's names are nearly all of this kind.
    if (isPlain) this.slots[slot] = text;
    return text;
  }
}

/** Of a few of the bytes only, enough to tell fixed words apart: the beginnings of attributes' names are nearly all alike. */
function quickHashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 5) return hashOf(bytes, start, end);
  let hash = Math.imul(length ^ (bytes[end - 1] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (bytes[end - 3] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (bytes[end - 5] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (bytes[start + (length >> 1)] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** A fixed set of ASCII words, found by their bytes. */
export class WordTable {
  private readonly words: readonly string[];
  /** Indexes in `words`; -1 for none. */
  private readonly slots: Int32Array;

  constructor(words: Iterable<string>) {
    this.words = [...words];
    const all = this.words.map((word) => Buffer.from(word));
    let size = 64;
    // Large enough that no two of them share a slot.
    for (; ; size *= 2) {
      if (size > MAX_TABLE) throw new RangeError('Two of the words are too much alike to be told apart quickly.');
      if (new Set(all.map((bytes) => quickHashOf(bytes, 0, bytes.length) & (size - 1))).size === all.length) break;
    }
    this.slots = new Int32Array(size).fill(-1);
    all.forEach((bytes, i) => (this.slots[quickHashOf(bytes, 0, bytes.length) & (size - 1)] = i));
  }

  /** The word that these bytes are; undefined for any other. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    return this.words[this.indexOf(bytes, start, end)];
  }

  /** Which of the words these bytes are; -1 for none. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const index = this.slots[quickHashOf(bytes, start, end) & (this.slots.length - 1)] ?? -1;
    return index >= 0 && isText(this.words[index] ?? '', bytes, start, end) ? index : -1;
  }
}
