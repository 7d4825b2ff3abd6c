import { TRACE, type SpanRows } from './spanRows.js';

const FIRST_PLACES = 256;
/** Ids are chosen by whoever sends: which of them fall together is not for them to know. */
const SEED = Math.trunc(Math.random() * 0xffffffff) | 0;

/** Finds rows by their trace and an id of theirs: a table of row numbers, without keys of its own. */
export class SpanIndex {
  private places = new Int32Array(FIRST_PLACES);
  private used = 0;

  /** @param own SPAN or PARENT: by which id the rows are found */
  constructor(
    private readonly rows: SpanRows,
    private readonly own: number,
  ) {}

  get size(): number {
    return this.used;
  }

  /** The row that was added first of those with the trace of a row `at` of `other` and its id `what`; -1 for none. */
  find(other: SpanRows, at: number, what: number): number {
    return this.used === 0 ? -1 : this.after(this.start(other, at, what), other, at, what);
  }

  /** The next such row after one that was found. */
  findNext(row: number, other: SpanRows, at: number, what: number): number {
    const mask = this.places.length - 1;
    let place = this.start(other, at, what);
    while (this.places[place] !== row + 1) {
      if (this.places[place] === 0) return -1;
      place = (place + 1) & mask;
    }
    return this.after((place + 1) & mask, other, at, what);
  }

  add(row: number): void {
    if (2 * (this.used + 1) > this.places.length) this.grow();
    this.put(row);
    this.used++;
  }

  clear(): void {
    if (this.used > 0) this.places.fill(0);
    this.used = 0;
  }

  private after(from: number, other: SpanRows, at: number, what: number): number {
    const mask = this.places.length - 1;
    for (let place = from; ; place = (place + 1) & mask) {
      const row = (this.places[place] ?? 0) - 1;
      if (row < 0) return -1;
      if (
        this.rows.get(row, this.own) === other.get(at, what) &&
        this.rows.get(row, this.own + 1) === other.get(at, what + 1) &&
        this.rows.isSameTrace(row, other, at)
      )
        return row;
    }
  }

  private start(rows: SpanRows, row: number, what: number): number {
    return hashOf(rows, row, what) & (this.places.length - 1);
  }

  private put(row: number): void {
    const mask = this.places.length - 1;
    let place = this.start(this.rows, row, this.own);
    while (this.places[place] !== 0) place = (place + 1) & mask;
    this.places[place] = row + 1;
  }

  private grow(): void {
    const rows = this.places;
    this.places = new Int32Array(2 * rows.length);
    // In the order in which they were added, so that the first stays the first.
    for (const place of rows.filter((it) => it !== 0).sort()) this.put(place - 1);
  }
}

/** Of a row's trace and its id `what`. */
export function hashOf(rows: SpanRows, row: number, what: number): number {
  let hash = SEED;
  for (let i = 0; i < 4; i++) hash = mixed(hash, rows.get(row, TRACE + i));
  return mixed(mixed(hash, rows.get(row, what)), rows.get(row, what + 1));
}

function mixed(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x9e3779b1);
  return product ^ (product >>> 15);
}
