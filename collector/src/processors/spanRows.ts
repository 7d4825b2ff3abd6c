import { nanosBetween, nanosToMs } from '../otlp/model.js';
import type { DependencyKey, EntryPointKey, FunctionKey, Minute } from '../store/model.js';
import { minuteOf } from '../store/storeTime.js';
import type { Sender } from './sender.js';

// Where the numbers of a row stand. All are 32 bits and signed, so that they are small integers to the engine.

/** Numbers of a row. */
const WIDTH = 16;
/** The trace's id, four numbers; the span's and its parent's, two each. Zeros are none. */
export const TRACE = 0;
export const SPAN = 4;
export const PARENT = 6;
/** Nanoseconds since the epoch, in two halves each. */
export const START_HIGH = 8;
export const START_LOW = 9;
export const END_HIGH = 10;
export const END_LOW = 11;
/** OTLP's span kind. */
export const KIND = 12;
export const FLAGS = 13;
/** For whoever holds the rows: another row. */
export const NEXT = 14;

/** The function was told by `code.*`, and not by the span's name alone. */
export const IS_CODE = 1;
/** The span says itself that it failed. */
export const HAS_ERROR_STATUS = 2;
/** The trace's id is no 16 bytes: what stands here is a hash of it. */
export const HAS_ODD_TRACE_ID = 4;

/**
 * Spans as rows: their numbers side by side in one array, what they refer to in others. Many spans are held for a while, and as
 * objects of their own they would be most of what the garbage collector has to look at.
 */
export class SpanRows {
  length = 0;
  ints: Int32Array;
  readonly senders: Sender[] = [];
  /** Undefined: nothing says what it is. */
  readonly fns: (FunctionKey | undefined)[] = [];
  /** Of a server's or consumer's span. */
  readonly entryPoints: (EntryPointKey | undefined)[] = [];
  /** Of a client's or producer's span. */
  readonly dependencies: (DependencyKey | undefined)[] = [];
  /** Undefined when it did not fail. */
  readonly errorTypes: (string | undefined)[] = [];

  /** @param rows how many there is room for at first */
  constructor(rows = 64) {
    this.ints = new Int32Array(rows * WIDTH);
  }

  /** A row more, all zeros; returns which one it is. What it refers to is for the caller to set. */
  add(): number {
    const row = this.length++;
    this.reserve(this.length);
    for (let i = row * WIDTH; i < this.length * WIDTH; i++) this.ints[i] = 0;
    return row;
  }

  /** Makes a row the same as one of other rows. */
  copy(row: number, from: SpanRows, at: number): void {
    const { ints } = this;
    const [to, source] = [row * WIDTH, at * WIDTH];
    for (let i = 0; i < WIDTH; i++) ints[to + i] = from.ints[source + i] ?? 0;
    this.senders[row] = from.senderOf(at);
    this.fns[row] = from.fns[at];
    this.entryPoints[row] = from.entryPoints[at];
    this.dependencies[row] = from.dependencies[at];
    this.errorTypes[row] = from.errorTypes[at];
  }

  /** Forgets the rows from this one on. Their memory, and what they refer to, are kept until others take their place. */
  truncate(length: number): void {
    this.length = length;
  }

  get(row: number, what: number): number {
    return this.ints[row * WIDTH + what] ?? 0;
  }

  set(row: number, what: number, value: number): void {
    this.ints[row * WIDTH + what] = value;
  }

  has(row: number, flag: number): boolean {
    return (this.get(row, FLAGS) & flag) !== 0;
  }

  flag(row: number, flag: number): void {
    this.set(row, FLAGS, this.get(row, FLAGS) | flag);
  }

  unflag(row: number, flag: number): void {
    this.set(row, FLAGS, this.get(row, FLAGS) & ~flag);
  }

  hasTrace(row: number): boolean {
    const at = row * WIDTH;
    const { ints } = this;
    return (ints[at] ?? 0) !== 0 || (ints[at + 1] ?? 0) !== 0 || (ints[at + 2] ?? 0) !== 0 || (ints[at + 3] ?? 0) !== 0;
  }

  /** @param what SPAN or PARENT */
  hasId(row: number, what: number): boolean {
    return this.get(row, what) !== 0 || this.get(row, what + 1) !== 0;
  }

  isSameTrace(row: number, other: SpanRows, at: number): boolean {
    const [a, b] = [row * WIDTH, at * WIDTH];
    const { ints } = this;
    return (
      ints[a + 3] === other.ints[b + 3] &&
      ints[a + 2] === other.ints[b + 2] &&
      ints[a + 1] === other.ints[b + 1] &&
      ints[a] === other.ints[b]
    );
  }

  /** A key that is equal for two rows exactly when their traces are the same. */
  traceText(row: number): string {
    return this.text(row, TRACE) + this.text(row, TRACE + 2);
  }

  /** The same of a span's or parent's id; empty for none. */
  idText(row: number, what: number): string {
    return this.hasId(row, what) ? this.text(row, what) : '';
  }

  /** The trace's id as 32 hex digits; empty when it is no such id. */
  traceIdText(row: number): string {
    if (this.has(row, HAS_ODD_TRACE_ID)) return '';
    let digits = '';
    for (let i = 0; i < 4; i++) digits += (this.get(row, TRACE + i) >>> 0).toString(16).padStart(8, '0');
    return digits;
  }

  /** The service that the span is of. */
  serviceOf(row: number): string {
    return this.senderOf(row).deployment.service;
  }

  senderOf(row: number): Sender {
    const sender = this.senders[row];
    if (!sender) throw new RangeError(`There is no row ${row}.`);
    return sender;
  }

  endMs(row: number): number {
    return nanosToMs(this.get(row, END_HIGH) >>> 0, this.get(row, END_LOW) >>> 0);
  }

  /** The minute in which it ended. */
  minute(row: number): Minute {
    return minuteOf(this.endMs(row));
  }

  nanoseconds(row: number): number {
    const { ints } = this;
    const at = row * WIDTH;
    return nanosBetween(
      (ints[at + START_HIGH] ?? 0) >>> 0,
      (ints[at + START_LOW] ?? 0) >>> 0,
      (ints[at + END_HIGH] ?? 0) >>> 0,
      (ints[at + END_LOW] ?? 0) >>> 0,
    );
  }

  private text(row: number, what: number): string {
    const [a, b] = [this.get(row, what), this.get(row, what + 1)];
    return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16);
  }

  private reserve(rows: number): void {
    if (rows * WIDTH <= this.ints.length) return;
    const grown = new Int32Array(2 * rows * WIDTH);
    grown.set(this.ints);
    this.ints = grown;
  }
}
