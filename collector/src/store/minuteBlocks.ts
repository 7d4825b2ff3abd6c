import type { Minute } from './model.js';
import type { NumberTable } from './numberTables.js';
import type { PreparedStatements, Row } from './preparedStatements.js';
import { minuteOf } from './storeTime.js';

/** A window of an hour, and what is not rolled up yet. */
const HELD_MINUTES = 75;
/** Sensors report within this; a minute that is still written to is read from the database. */
const QUIET_MS = 90_000;
const MAX_ROWS = 60_000;
const MAX_BYTES = 192 * 1024 * 1024;

/**
 * The latest minutes of the tables of numbers in memory, so that a window of an hour does not read the disk. A minute is taken from
 * the database once nothing has been written to it for a while, and let go of when something is: what is held is never older than
 * what is stored. What does not fit is read from the database.
 */
export class MinuteBlocks {
  private readonly blocks = new Map<string, Map<Minute, Block | 'too_large'>>();
  private readonly writtenMs = new Map<Minute, number>();
  private bytes = 0;

  constructor(
    private readonly statements: PreparedStatements,
    private readonly tables: readonly NumberTable[],
  ) {}

  /** Undefined when it has to be read from the database. */
  find(table: string, minute: Minute): Block | undefined {
    const block = this.blocks.get(table)?.get(minute);
    return block === 'too_large' ? undefined : block;
  }

  /** Something is being written to this minute. */
  written(minute: Minute, nowMs: number): void {
    this.writtenMs.set(minute, nowMs);
    for (const minutes of this.blocks.values()) this.drop(minutes, minute);
  }

  /** Takes what is missing, the latest first: a step after each `yield`. */
  *fill(nowMs: number): Generator<void, void, undefined> {
    const now = minuteOf(nowMs);
    for (const minutes of this.blocks.values()) {
      for (const minute of minutes.keys()) if (minute < now - HELD_MINUTES) this.drop(minutes, minute);
    }
    for (const minute of this.writtenMs.keys()) if (minute < now - HELD_MINUTES) this.writtenMs.delete(minute);
    for (let minute = now - 1; minute >= now - HELD_MINUTES; minute--) {
      for (const table of this.tables) {
        const minutes = this.blocks.get(table.name) ?? new Map<Minute, Block | 'too_large'>();
        this.blocks.set(table.name, minutes);
        const isQuiet = (this.writtenMs.get(minute) ?? -Infinity) < nowMs - QUIET_MS && minute < now - 1;
        if (minutes.has(minute) || !isQuiet || this.bytes >= MAX_BYTES) continue;
        const block = this.take(table, minute);
        minutes.set(minute, block);
        if (block !== 'too_large') this.bytes += block.bytes;
        yield;
      }
    }
  }

  private take(table: NumberTable, minute: Minute): Block | 'too_large' {
    const rows = this.statements
      .of(`SELECT * FROM ${table.name}_minute WHERE minute = ? ORDER BY ${table.key[0]} LIMIT ${MAX_ROWS + 1}`)
      .all(minute);
    return rows.length > MAX_ROWS ? 'too_large' : new Block(table, minute, rows);
  }

  private drop(minutes: Map<Minute, Block | 'too_large'>, minute: Minute): void {
    const block = minutes.get(minute);
    if (block && block !== 'too_large') this.bytes -= block.bytes;
    minutes.delete(minute);
  }
}

/** One minute of one table, by columns. */
export class Block {
  readonly bytes: number;
  private readonly keys: Float64Array;
  private readonly columns: readonly (readonly [name: string, values: Float64Array | readonly unknown[]])[];
  private readonly offsets: Int32Array;
  private readonly buckets: Uint8Array;

  /** @param rows ordered by the first key */
  constructor(
    private readonly table: NumberTable,
    private readonly minute: Minute,
    rows: readonly Row[],
  ) {
    const { key, counts, isTimed } = table;
    this.keys = Float64Array.from(rows, (row) => Number(row[key[0]]));
    const names = [...key.slice(1), ...counts, ...(isTimed ? ['zero_count', 'sum_seconds', 'approximate'] : [])];
    this.columns = names.map((name) => [
      name,
      typeof rows[0]?.[name] === 'number'
        ? Float64Array.from(rows, (row) => Number(row[name]))
        : rows.map((row) => row[name]),
    ]);
    const encoded = isTimed ? rows.map((row) => row['buckets'] as Uint8Array) : [];
    this.offsets = new Int32Array(encoded.length + 1);
    encoded.forEach((of, i) => (this.offsets[i + 1] = (this.offsets[i] ?? 0) + of.length));
    this.buckets = new Uint8Array(this.offsets[encoded.length] ?? 0);
    encoded.forEach((of, i) => this.buckets.set(of, this.offsets[i] ?? 0));
    this.bytes = this.keys.byteLength * (1 + names.length) + this.offsets.byteLength + this.buckets.byteLength;
  }

  /**
   * Gives the rows with first keys in this range, in one object that changes from row to row; `buckets` are bytes.
   * @param widthMinutes of the pieces that are wanted, for the column `piece`
   */
  each(first: number, last: number, widthMinutes: number | undefined, give: (row: Row) => void): void {
    const { keys, columns, offsets, buckets } = this;
    const row: Row = widthMinutes === undefined ? {} : { piece: Math.floor(this.minute / widthMinutes) * widthMinutes };
    const [key] = this.table.key;
    for (let i = firstAtOrAfter(keys, first); i < keys.length && (keys[i] ?? Infinity) <= last; i++) {
      row[key] = keys[i];
      for (const [name, values] of columns) row[name] = values[i];
      if (this.table.isTimed) row['buckets'] = buckets.subarray(offsets[i], offsets[i + 1]);
      give(row);
    }
  }
}

function firstAtOrAfter(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
