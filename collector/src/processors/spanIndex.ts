import { TRACE, type SpanRows } from './spanRows.js';

const FIRST_PLACES = 256;
/** Ids are chosen by whoever sends: which of them fall together is not for them to know. */
const SEED = Math.trunc(Math.random() * 0xffffffff) | 0;

/**
 * Finds rows by their trace and an id of theirs: a table of row numbers, without keys of its own. Beside each row's number stands the hash
 * that it was put there by, so that other rows are hardly ever looked at.
 */
export class SpanIndex {
  /** Pairs: a row, counted from 1, and its hash. */
  private places = new Int32Array(2 * FIRST_PLACES);
  private used = 0;

  /** @param own SPAN or PARENT: by which id the rows are found */
  constructor(
    private readonly rows: SpanRows,
    private readonly own: number,
  ) {}

  get size(): number {
    return this.used;
  }

  /**
   * The row that was added first of those with the trace of a row `at` of `other` and its id `what`; -1 for none.
   * @param hash `hashOf` that row and id
   */
  find(other: SpanRows, at: number, what: number, hash = hashOf(other, at, what)): number {
    return this.used === 0 ? -1 : this.after(hash, hash, other, at, what);
  }

  /** The next such row after one that was found. */
  findNext(row: number, other: SpanRows, at: number, what: number): number {
    const hash = hashOf(other, at, what);
    const mask = this.places.length / 2 - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const found = this.places[2 * place];
      if (found === 0) return -1;
      if (found === row + 1) return this.after(place + 1, hash, other, at, what);
    }
  }

  /** @param hash `hashOf` the row and the index's own id */
  add(row: number, hash = hashOf(this.rows, row, this.own)): void {
    if (4 * (this.used + 1) > this.places.length) this.grow();
    this.put(row + 1, hash);
    this.used++;
  }

  clear(): void {
    if (this.used > 0) this.places.fill(0);
    this.used = 0;
  }

  private after(from: number, hash: number, other: SpanRows, at: number, what: number): number {
    const { places, rows, own } = this;
    const mask = places.length / 2 - 1;
    for (let place = from & mask; ; place = (place + 1) & mask) {
      const row = (places[2 * place] ?? 0) - 1;
      if (row < 0) return -1;
      if (
        places[2 * place + 1] === hash &&
        rows.get(row, own) === other.get(at, what) &&
        rows.get(row, own + 1) === other.get(at, what + 1) &&
        rows.isSameTrace(row, other, at)
      )
        return row;
    }
  }

  private put(found: number, hash: number): void {
    const { places } = this;
    const mask = places.length / 2 - 1;
    let place = hash & mask;
    while (places[2 * place] !== 0) place = (place + 1) & mask;
    places[2 * place] = found;
    places[2 * place + 1] = hash;
  }

  private grow(): void {
    const { places } = this;
    this.places = new Int32Array(2 * places.length);
    // Of rows with the same ids the first has to stay the first: from behind a gap on they stand in the order in which they came.
    const count = places.length / 2;
    let gap = 0;
    while (places[2 * gap] !== 0) gap++;
    for (let i = 1; i <= count; i++) {
      const place = (gap + i) % count;
      const found = places[2 * place] ?? 0;
      if (found !== 0) this.put(found, places[2 * place + 1] ?? 0);
    }
  }
}

/** Of a row's trace and its id `what`. */
export function hashOf(rows: SpanRows, row: number, what: number): number {
  const trace = traceHashOf(rows, row);
  return idHashOf(trace, rows, row, what);
}

/** The same, where the trace's hash is known. */
export function idHashOf(trace: number, rows: SpanRows, row: number, what: number): number {
  return mixed(mixed(trace, rows.get(row, what)), rows.get(row, what + 1));
}

export function traceHashOf(rows: SpanRows, row: number): number {
  let hash = SEED;
  for (let i = 0; i < 4; i++) hash = mixed(hash, rows.get(row, TRACE + i));
  return hash;
}

function mixed(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x9e3779b1);
  return product ^ (product >>> 15);
}
