const TRACE_WORDS = 4;
const ID_WORDS = 2;
const HEX = /^[0-9a-f]+$/;

/** Numbers of an id, in `SpanFields.ids`. Zeros are none. */
export const TRACE_AT = 0;
export const SPAN_AT = 4;
export const PARENT_AT = 6;

/** A span without its attributes, in numbers that are small integers to the engine. Times are as in model.ts, but signed. */
export class SpanFields {
  /** The trace's id in four numbers, the span's and its parent's in two each. */
  readonly ids = new Int32Array(TRACE_WORDS + 2 * ID_WORDS);
  /** The trace's id is no 16 bytes: a hash stands for it. */
  isOddTrace = false;
  name = '';
  kind = 0;
  startHigh = 0;
  startLow = 0;
  endHigh = 0;
  endLow = 0;
  /** 0 unset, 1 ok, 2 error. */
  statusCode = 0;

  clear(): void {
    for (let i = 0; i < this.ids.length; i++) this.ids[i] = 0;
    this.isOddTrace = false;
    this.name = '';
    this.kind = 0;
    this.startHigh = 0;
    this.startLow = 0;
    this.endHigh = 0;
    this.endLow = 0;
    this.statusCode = 0;
  }

  setTrace(bytes: Buffer, start: number, end: number): void {
    if (end - start === 4 * TRACE_WORDS) {
      for (let i = 0; i < TRACE_WORDS; i++) this.ids[TRACE_AT + i] = wordAt(bytes, start + 4 * i);
    } else this.isOddTrace = !this.setText(TRACE_AT, TRACE_WORDS, bytes.toString('latin1', start, end));
  }

  setSpan(bytes: Buffer, start: number, end: number): void {
    this.setId(SPAN_AT, bytes, start, end);
  }

  setParent(bytes: Buffer, start: number, end: number): void {
    this.setId(PARENT_AT, bytes, start, end);
  }

  /** The ids as hex digits, or as they came in another text. */
  setTexts(traceId: string, spanId: string, parentSpanId: string): void {
    this.isOddTrace = !this.setText(TRACE_AT, TRACE_WORDS, traceId);
    this.setText(SPAN_AT, ID_WORDS, spanId);
    this.setText(PARENT_AT, ID_WORDS, parentSpanId);
  }

  private setId(at: number, bytes: Buffer, start: number, end: number): void {
    if (end - start === 4 * ID_WORDS) {
      this.ids[at] = wordAt(bytes, start);
      this.ids[at + 1] = wordAt(bytes, start + 4);
    } else this.setText(at, ID_WORDS, bytes.toString('latin1', start, end));
  }

  /**
   * Hex digits are the bytes that they tell, so that what came in protobuf and in JSON is the same. Of anything else a hash is kept: it
   * is then told apart from others, and nothing more. Returns whether the id was as it should be.
   */
  private setText(at: number, words: number, text: string): boolean {
    const isHex = text.length === 8 * words && HEX.test(text);
    for (let i = 0; i < words; i++) {
      if (text === '') this.ids[at + i] = 0;
      else this.ids[at + i] = isHex ? Number.parseInt(text.slice(8 * i, 8 * i + 8), 16) : hashOf(text, i);
    }
    return isHex || text === '';
  }
}

function wordAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** FNV-1a, never zero. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 + seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 1;
}
