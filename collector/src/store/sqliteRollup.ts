import type { DatabaseSync } from 'node:sqlite';
import { encodeBuckets } from './encodedHistogram.js';
import { HistogramSum } from './histogramSum.js';
import type { Minute } from './model.js';
import { addStatements, numberTableNames, numberTables, type AddStatements, type NumberTable } from './numberTables.js';
import { AT_MINUTES, PreparedStatements, type Row } from './preparedStatements.js';
import { NO_KEY, type StoreClock } from './sqliteSchema.js';
import { MINUTES_PER_DAY, hourStart } from './storeTime.js';

const TABLES: readonly NumberTable[] = numberTableNames.map((name) => numberTables[name]);
/** What one step does: so many keys of an hour, or of a stretch of days. */
const KEYS_AT_A_TIME = 24;

/**
 * Rolls minutes up into hours and hours into days. A step after each `yield`, after which the clock says how far it came: what is
 * written later for a time that is rolled up already is added on both sides.
 */
export class SqliteRollup {
  private readonly addHours: AddStatements;
  private readonly addDays: AddStatements;
  private readonly statements: PreparedStatements;

  constructor(
    database: DatabaseSync,
    private readonly clock: StoreClock,
  ) {
    this.addHours = addStatements(database, 'hour');
    this.addDays = addStatements(database, 'day');
    this.statements = new PreparedStatements(database);
  }

  /** Hours before `end` are rolled up one after the other, each by table and key. */
  *hours(end: Minute): Generator<void, void, undefined> {
    const { clock } = this;
    while (clock.rolledUntil < end) {
      const isNew = clock.rollingTable === 0 && clock.rollingKey === NO_KEY;
      // Hours in which nothing was written are passed over.
      const first = isNew ? Math.min(...TABLES.map((table) => this.oldestMinute(table, clock.rolledUntil))) : 0;
      clock.rolledUntil = Math.max(clock.rolledUntil, Math.min(hourStart(Math.min(first, end)), end));
      if (clock.rolledUntil >= end) return;
      for (let table = TABLES[clock.rollingTable]; table; table = TABLES[clock.rollingTable]) {
        const key = this.nextKeyOfHour(table, clock.rolledUntil, clock.rollingKey);
        if (key === undefined) {
          clock.rollingTable++;
          clock.rollingKey = NO_KEY;
        } else {
          const last = key + KEYS_AT_A_TIME - 1;
          this.rollHour(table, clock.rolledUntil, key, last);
          clock.rollingKey = last;
        }
        yield;
      }
      clock.rolledUntil += 60;
      clock.rollingTable = 0;
      clock.rollingKey = NO_KEY;
    }
  }

  /** Days before `end` are rolled up all at once, by table and key: the hours of a key lie together. */
  *days(end: Minute): Generator<void, void, undefined> {
    const { clock } = this;
    while (clock.daysUntil < end) {
      if (clock.rollingDaysEnd <= clock.daysUntil) {
        clock.rollingDaysEnd = end;
        clock.rollingDaysTable = 0;
        clock.rollingDaysKey = NO_KEY;
      }
      for (let table = TABLES[clock.rollingDaysTable]; table; table = TABLES[clock.rollingDaysTable]) {
        const key = this.nextKey(table, clock.rollingDaysKey);
        if (key === undefined) {
          clock.rollingDaysTable++;
          clock.rollingDaysKey = NO_KEY;
        } else {
          const last = key + KEYS_AT_A_TIME - 1;
          this.rollDays(table, key, last);
          clock.rollingDaysKey = last;
        }
        yield;
      }
      clock.daysUntil = clock.rollingDaysEnd;
    }
  }

  /** Infinity when there is none. */
  oldestMinute({ name }: NumberTable, from: Minute): Minute {
    const row = this.statements.of(`SELECT min(minute) AS m FROM ${name}_minute WHERE minute >= ?`).get(from);
    return row?.['m'] == null ? Infinity : Number(row['m']);
  }

  /** The first key after this one that has numbers in the hour. */
  private nextKeyOfHour({ name, key: [key] }: NumberTable, hour: Minute, after: number): number | undefined {
    const row = this.statements
      .of(
        `${AT_MINUTES} SELECT min((SELECT min(${key}) FROM ${name}_minute AS numbers
           WHERE numbers.minute = at.minute AND ${key} > ?3)) AS key FROM at`,
      )
      .get(hour, hour + 59, after);
    return row?.['key'] == null ? undefined : Number(row['key']);
  }

  /** The first key after this one that has any hours. */
  private nextKey({ name, key: [key] }: NumberTable, after: number): number | undefined {
    const row = this.statements.of(`SELECT min(${key}) AS key FROM ${name}_hour WHERE ${key} > ?`).get(after);
    return row?.['key'] == null ? undefined : Number(row['key']);
  }

  private rollHour(table: NumberTable, hour: Minute, first: number, last: number): void {
    const { name, key, counts } = table;
    const from = `FROM at CROSS JOIN ${name}_minute AS numbers
      ON numbers.minute = at.minute AND ${key[0]} BETWEEN ?3 AND ?4`;
    if (table.isTimed) {
      const rows = this.statements.of(`${AT_MINUTES} SELECT numbers.* ${from}`).all(hour, hour + 59, first, last);
      addTimed(table, rows, () => hour, this.addHours);
      return;
    }
    const keys = key.join(', ');
    this.statements
      .of(
        `INSERT INTO ${name}_hour (minute, ${keys}, ${counts.join(', ')})
         ${AT_MINUTES} SELECT ?5, ${keys}, ${sums(counts)} ${from} GROUP BY ${keys}`,
      )
      .run(hour, hour + 59, first, last, hour);
  }

  private rollDays(table: NumberTable, first: number, last: number): void {
    const { name, key, counts } = table;
    const { daysUntil, rollingDaysEnd } = this.clock;
    const where = `${key[0]} BETWEEN ?1 AND ?2 AND minute >= ?3 AND minute < ?4`;
    if (table.isTimed) {
      const rows = this.statements
        .of(`SELECT * FROM ${name}_hour WHERE ${where}`)
        .all(first, last, daysUntil, rollingDaysEnd);
      addTimed(
        table,
        rows,
        (row) => Math.floor(Number(row['minute']) / MINUTES_PER_DAY) * MINUTES_PER_DAY,
        this.addDays,
      );
      return;
    }
    const keys = key.join(', ');
    const day = `minute / ${MINUTES_PER_DAY} * ${MINUTES_PER_DAY}`;
    this.statements
      .of(
        `INSERT INTO ${name}_day (minute, ${keys}, ${counts.join(', ')})
         SELECT ${day} AS day, ${keys}, ${sums(counts)} FROM ${name}_hour WHERE ${where} GROUP BY ${keys}, day`,
      )
      .run(first, last, daysUntil, rollingDaysEnd);
  }
}

function sums(counts: readonly string[]): string {
  return counts.map((count) => `sum(${count})`).join(', ');
}

/** Adds rows up by key and time: merging histograms one by one in the database would decode and encode each sum again. */
function addTimed(
  { name, key, counts: [count] }: NumberTable,
  rows: readonly Row[],
  timeOf: (row: Row) => Minute,
  statements: AddStatements,
): void {
  const totals = new Map<string, { keys: number[]; time: Minute; count: number; durations: HistogramSum }>();
  for (const row of rows) {
    const keys = key.map((column) => Number(row[column]));
    const time = timeOf(row);
    const text = `${keys.join()} ${time}`;
    const total = totals.get(text) ?? { keys, time, count: 0, durations: new HistogramSum() };
    total.count += Number(row[count ?? '']);
    total.durations.addEncoded(
      row['buckets'] as Uint8Array,
      Number(row['zero_count']),
      Number(row['sum_seconds']),
      row['approximate'] === 1,
    );
    totals.set(text, total);
  }
  const add = statements[name as 'function'];
  for (const { keys, time, count: total, durations } of totals.values()) {
    const { zeroCount, sumSeconds, approximate, buckets } = durations.value();
    add.run(time, ...keys, total, zeroCount, sumSeconds, approximate ? 1 : 0, encodeBuckets(buckets));
  }
}
