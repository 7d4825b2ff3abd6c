import type { DatabaseSync } from 'node:sqlite';
import type { Minute } from './model.js';
import { numberTableNames, numberTables, type NumberTable } from './numberTables.js';
import { NO_KEY, type StoreClock } from './sqliteSchema.js';
import { MINUTES_PER_DAY, dayStart, hourStart, minuteOf } from './storeTime.js';

const TABLES: readonly NumberTable[] = numberTableNames.map((name) => numberTables[name]);
/** What one step deletes. */
const ROWS_AT_A_TIME = 2_000;

/** Deletes numbers: those that are too old, and the oldest detail when the database has become too large. */
export class SqliteSpace {
  /** Rows deleted before their time, by `minute_rows`, `hour_rows` and `day_rows`. */
  readonly dropped = new Map<string, number>();
  private isFull = false;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
    private readonly maxBytes: number,
  ) {}

  /** Empty, or one sentence: more than what may be deleted is needed. */
  get problem(): string {
    return this.isFull
      ? 'The store is larger than it may be, and nothing is left that could go: raise store-max-bytes, or have fewer services report.'
      : '';
  }

  /**
   * Deletes the oldest minutes, then hours, then days until the database is small enough; the hour that is under way stays, and so does
   * today. A step after each `yield`.
   */
  *fit(nowMs: number): Generator<void, void, undefined> {
    const now = minuteOf(nowMs);
    const { clock } = this;
    this.isFull = false;
    while (this.usedBytes() > this.maxBytes) {
      const minutes = Math.min(clock.rolledUntil, hourStart(now) - 60);
      const oldestMinute = Math.min(...TABLES.map((table) => this.oldestMinute(table)));
      const oldestHour = this.oldest('hour');
      const oldestDay = this.oldest('day');
      if (oldestMinute < minutes) {
        clock.minuteCutoff = Math.max(clock.minuteCutoff, Math.min(hourStart(oldestMinute) + 60, minutes));
        yield* this.dropMinutes(true);
      } else if (oldestHour < clock.daysUntil) {
        clock.hourCutoff = Math.max(
          clock.hourCutoff,
          Math.min(dayStart(oldestHour) + MINUTES_PER_DAY, clock.daysUntil),
        );
        yield* this.dropRolled('hour', clock.hourCutoff, true);
      } else if (oldestDay < dayStart(now)) {
        const cutoff = dayStart(oldestDay) + MINUTES_PER_DAY;
        yield* this.dropRolled('day', cutoff, true);
        yield* this.dropBefore('coverage_hour', 'deployment', cutoff);
        yield* this.dropBefore('coverage_minute', 'deployment', cutoff);
      } else {
        this.isFull = true;
        return;
      }
      yield;
    }
  }

  /** Deletes the minutes before `minuteCutoff`. @param isEarly they are to be counted */
  *dropMinutes(isEarly = false): Generator<void, void, undefined> {
    for (const table of TABLES) {
      const { name, key } = table;
      const next = this.database.prepare(
        `SELECT ${key[0]} AS key FROM ${name}_minute WHERE minute = ? ORDER BY ${key[0]} LIMIT 1 OFFSET ${ROWS_AT_A_TIME}`,
      );
      const drop = this.database.prepare(`DELETE FROM ${name}_minute WHERE minute = ? AND ${key[0]} <= ?`);
      for (;;) {
        const oldest = this.oldestMinute(table);
        if (oldest >= this.clock.minuteCutoff) break;
        const { changes } = drop.run(oldest, Number(next.get(oldest)?.['key'] ?? Number.MAX_SAFE_INTEGER));
        if (isEarly) this.count('minute_rows', changes);
        yield;
      }
    }
  }

  /** These tables have the key first: each key's old rows are a range. @param isEarly they are to be counted */
  *dropRolled(suffix: 'hour' | 'day', cutoff: Minute, isEarly = false): Generator<void, void, undefined> {
    for (const { name, key } of TABLES) {
      yield* this.dropBefore(`${name}_${suffix}`, key[0], cutoff, isEarly ? `${suffix}_rows` : undefined);
    }
  }

  *dropBefore(table: string, key: string, cutoff: Minute, countedAs?: string): Generator<void, void, undefined> {
    const next = this.database.prepare(`SELECT min(${key}) AS key FROM ${table} WHERE ${key} > ?`);
    const drop = this.database.prepare(`DELETE FROM ${table} WHERE ${key} = ? AND minute < ?`);
    for (let at = next.get(NO_KEY)?.['key']; at != null; at = next.get(at)?.['key']) {
      const { changes } = drop.run(at, cutoff);
      if (countedAs !== undefined) this.count(countedAs, changes);
      yield;
    }
  }

  /** Without the pages that are free to be written again: a file never becomes smaller. */
  private usedBytes(): number {
    const pragma = (name: string): number => Number(this.database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  /** Infinity when there is none. */
  private oldestMinute({ name }: NumberTable): Minute {
    const row = this.database.prepare(`SELECT min(minute) AS m FROM ${name}_minute`).get();
    return row?.['m'] == null ? Infinity : Number(row['m']);
  }

  /** By the totals of deployments, which are few: wherever there are numbers there is one. Infinity when there is none. */
  private oldest(suffix: 'hour' | 'day'): Minute {
    const row = this.database.prepare(`SELECT min(minute) AS m FROM function_${suffix} WHERE fn < 0`).get();
    return row?.['m'] == null ? Infinity : Number(row['m']);
  }

  private count(what: string, changes: number | bigint): void {
    if (Number(changes) > 0) this.dropped.set(what, (this.dropped.get(what) ?? 0) + Number(changes));
  }
}
