import type { NumberTable } from './numberTables.js';
import type { Row } from './preparedStatements.js';

const NO_BYTES = new Uint8Array(0);
/** Counts beside the first one that a table has at most. */
const MAX_MORE = 4;

/**
 * One row of a table of numbers, or a sum of several, as it is handed over: in one object that changes from row to row, since an
 * object for each would cost more than adding it up.
 */
export class NumberRow {
  /** The first column of the key. */
  key = 0;
  /** The second, and the third, where they are ids. */
  second = 0;
  third = 0;
  /** The column of the key that is text. */
  text = '';
  /** Where the piece of time begins that it belongs to (`readSeries` of store.ts). */
  piece = 0;
  /** The first of the counts. */
  count = 0;
  /** The others. */
  more: Float64Array = new Float64Array(MAX_MORE);
  zeroCount = 0;
  sumSeconds = 0;
  approximate = false;
  /** The histogram's buckets (encodedHistogram.ts) are from `start` up to `end`. */
  buckets: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
}

/** Reads a row of the database into one object, again and again. */
export function rowReader({ key, counts, isTimed }: NumberTable, into: NumberRow): (row: Row) => NumberRow {
  const [first, second = '', third = ''] = key;
  const isText = (column: string): boolean => TEXT_COLUMNS.has(column);
  const textColumn = key.find(isText);
  const [count = '', ...more] = counts;
  return (row) => {
    into.key = Number(row[first]);
    if (second !== '' && !isText(second)) into.second = Number(row[second]);
    if (third !== '' && !isText(third)) into.third = Number(row[third]);
    if (textColumn !== undefined) into.text = String(row[textColumn]);
    into.count = Number(row[count]);
    for (let i = 0; i < more.length; i++) into.more[i] = Number(row[more[i] ?? '']);
    if (isTimed) {
      into.zeroCount = Number(row['zero_count']);
      into.sumSeconds = Number(row['sum_seconds']);
      into.approximate = row['approximate'] === 1;
      into.buckets = row['buckets'] as Uint8Array;
      into.start = 0;
      into.end = into.buckets.length;
    }
    if ('piece' in row) into.piece = Number(row['piece']);
    return into;
  };
}

/** The value of a column of the key, by its name and place there. */
export function keyColumn(row: NumberRow, name: string, place: number): number | string {
  if (TEXT_COLUMNS.has(name)) return row.text;
  return [row.key, row.second, row.third][place] ?? 0;
}

const TEXT_COLUMNS: ReadonlySet<string> = new Set(['origin', 'reason']);

/** Rows of one table in memory, by columns. */
export class NumberBlock {
  readonly bytes: number;
  private readonly keys: Column;
  private readonly second: Column | undefined;
  private readonly third: Column | undefined;
  private readonly texts: readonly string[] | undefined;
  private readonly count: Column;
  private readonly more: readonly Column[];
  private readonly timed: Timed | undefined;

  /** @param rows ordered by the first key */
  constructor({ key, counts, isTimed }: NumberTable, rows: readonly Row[]) {
    const column = (name: string | undefined): Column | undefined =>
      name === undefined || TEXT_COLUMNS.has(name) ? undefined : columnOf(rows.map((row) => Number(row[name])));
    const none = new Int32Array(0);
    this.keys = column(key[0]) ?? none;
    this.second = column(key[1]);
    this.third = column(key[2]);
    const textColumn = key.find((name) => TEXT_COLUMNS.has(name));
    this.texts = textColumn === undefined ? undefined : rows.map((row) => String(row[textColumn]));
    this.count = column(counts[0]) ?? none;
    this.more = counts.slice(1).map((name) => column(name) ?? none);
    this.timed = isTimed ? timedOf(rows) : undefined;
    const { zeroCounts, sums, approximate, offsets, buckets } = this.timed ?? {};
    const columns = [this.keys, this.second, this.third, this.count, ...this.more];
    this.bytes =
      [...columns, zeroCounts, sums, approximate, offsets, buckets].reduce(
        (sum, it) => sum + (it?.byteLength ?? 0),
        0,
      ) +
      16 * (this.texts?.length ?? 0);
  }

  /** Gives the rows with first keys in this range, in this object. */
  each(first: number, last: number, into: NumberRow, give: (row: NumberRow) => void): void {
    const { keys, second, third, texts, count, more, timed } = this;
    if (timed) into.buckets = timed.buckets;
    for (let i = firstAtOrAfter(keys, first); i < keys.length; i++) {
      const key = keys[i] ?? Infinity;
      if (key > last) return;
      into.key = key;
      if (second) into.second = second[i] ?? 0;
      if (third) into.third = third[i] ?? 0;
      if (texts) into.text = texts[i] ?? '';
      into.count = count[i] ?? 0;
      for (let at = 0; at < more.length; at++) into.more[at] = more[at]?.[i] ?? 0;
      if (timed) {
        into.zeroCount = timed.zeroCounts[i] ?? 0;
        into.sumSeconds = timed.sums[i] ?? 0;
        into.approximate = timed.approximate[i] === 1;
        into.start = timed.offsets[i] ?? 0;
        into.end = timed.offsets[i + 1] ?? 0;
      }
      give(into);
    }
  }
}

type Column = Int32Array | Float64Array;

interface Timed {
  readonly zeroCounts: Column;
  readonly sums: Float64Array;
  readonly approximate: Uint8Array;
  readonly offsets: Int32Array;
  readonly buckets: Uint8Array;
}

/** Half as large where all values are whole and small. */
function columnOf(values: readonly number[]): Column {
  const column = new Int32Array(values.length);
  for (const [i, value] of values.entries()) {
    column[i] = value;
    if (column[i] !== value) return Float64Array.from(values);
  }
  return column;
}

function timedOf(rows: readonly Row[]): Timed {
  const encoded = rows.map((row) => row['buckets'] as Uint8Array);
  const offsets = new Int32Array(encoded.length + 1);
  for (const [i, { length }] of encoded.entries()) offsets[i + 1] = (offsets[i] ?? 0) + length;
  const buckets = new Uint8Array(offsets[encoded.length] ?? 0);
  for (const [i, of] of encoded.entries()) buckets.set(of, offsets[i]);
  return {
    zeroCounts: columnOf(rows.map((row) => Number(row['zero_count']))),
    sums: Float64Array.from(rows, (row) => Number(row['sum_seconds'])),
    approximate: Uint8Array.from(rows, (row) => Number(row['approximate'])),
    offsets,
    buckets,
  };
}

function firstAtOrAfter(sorted: Column, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
