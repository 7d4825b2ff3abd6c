import type { Minute } from './model.js';
import { NumberBlock } from './numberBlock.js';
import type { NumberTable } from './numberTables.js';
import type { PreparedStatements } from './preparedStatements.js';
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
  private readonly blocks = new Map<string, Map<Minute, NumberBlock | 'too_large'>>();
  private readonly writtenMs = new Map<Minute, number>();
  private bytes = 0;

  constructor(
    private readonly statements: PreparedStatements,
    private readonly tables: readonly NumberTable[],
  ) {}

  /** Undefined when it has to be read from the database. */
  find(table: string, minute: Minute): NumberBlock | undefined {
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
        const minutes = this.blocks.get(table.name) ?? new Map<Minute, NumberBlock | 'too_large'>();
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

  private take(table: NumberTable, minute: Minute): NumberBlock | 'too_large' {
    const rows = this.statements
      .of(`SELECT * FROM ${table.name}_minute WHERE minute = ? ORDER BY ${table.key[0]} LIMIT ${MAX_ROWS + 1}`)
      .all(minute);
    return rows.length > MAX_ROWS ? 'too_large' : new NumberBlock(table, rows);
  }

  private drop(minutes: Map<Minute, NumberBlock | 'too_large'>, minute: Minute): void {
    const block = minutes.get(minute);
    if (block && block !== 'too_large') this.bytes -= block.bytes;
    minutes.delete(minute);
  }
}
