import type { DatabaseSync } from 'node:sqlite';
import { coveredSeconds } from './coverage.js';
import { encodeBuckets } from './encodedHistogram.js';
import { HistogramSum } from './histogramSum.js';
import type { Minute } from './model.js';
import { addStatements, numberTableNames, numberTables, type AddStatements, type NumberTable } from './numberTables.js';
import { AT_MINUTES, type Row } from './preparedStatements.js';
import type { SqliteCatalog } from './sqliteCatalog.js';
import { purge } from './sqlitePurge.js';
import { NO_KEY, saveClock, type StoreClock } from './sqliteSchema.js';
import { retention } from './store.js';
import { hourCutoff, hourStart, minuteCutoff, minuteOf } from './storeTime.js';

const TABLES: readonly NumberTable[] = numberTableNames.map((name) => numberTables[name]);
/** How long after its end an hour is rolled up: what comes later is added to both tables. */
const ROLL_DELAY_MINUTES = 5;
/** What one step does: so many keys of an hour, or so many rows to delete. */
const KEYS_AT_A_TIME = 24;
const ROWS_AT_A_TIME = 2_000;
const DAY_MS = 86_400_000;

/** Rolls minutes up into hours and drops what is too old, in small steps that can stop after each. */
export class SqliteRetention {
  private readonly addHours: AddStatements;
  private steps: Generator<void, void, undefined> | undefined;
  private purgedMs = -Infinity;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
    private readonly catalog: SqliteCatalog,
    private readonly budgetMs: number,
  ) {
    this.addHours = addStatements(database, 'hour');
  }

  /** As many steps as the budget allows, in one transaction; true when there is more. */
  run(nowMs: number): boolean {
    const before = { ...this.clock };
    const steps = (this.steps ??= this.allSteps(nowMs));
    const endMs = performance.now() + this.budgetMs;
    this.database.exec('BEGIN IMMEDIATE');
    try {
      let isDone: boolean;
      do isDone = steps.next().done === true;
      while (!isDone && performance.now() < endMs);
      saveClock(this.database, this.clock);
      this.database.exec('COMMIT');
      if (isDone) this.steps = undefined;
      return !isDone;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      this.steps = undefined;
      this.catalog.forget();
      Object.assign(this.clock, before);
      throw error;
    }
  }

  private *allSteps(nowMs: number): Generator<void, void, undefined> {
    this.catalog.forgetIdle(nowMs);
    yield* this.rollUp(hourStart(minuteOf(nowMs) - ROLL_DELAY_MINUTES));
    yield* this.dropMinutes(nowMs);
    this.database.prepare('DELETE FROM once WHERE stored_ms < ?').run(nowMs - retention.onceHours * 3_600_000);
    if (nowMs - this.purgedMs < DAY_MS) return;
    yield* this.dropHours(hourCutoff(nowMs));
    yield* this.rollCoverage(hourStart(minuteOf(nowMs)) - retention.coverageMinuteDays * 24 * 60);
    yield* purge(this.database, this.catalog, nowMs);
    this.purgedMs = nowMs;
  }

  /** Hours are rolled up one after the other, each by table and key; `clock` says how far. */
  private *rollUp(end: Minute): Generator<void, void, undefined> {
    const { clock } = this;
    while (clock.rolledUntil < end) {
      const isNew = clock.rollingTable === 0 && clock.rollingKey === NO_KEY;
      // Hours in which nothing was written are passed over.
      const first = isNew ? Math.min(...TABLES.map((table) => this.oldestMinute(table, clock.rolledUntil))) : 0;
      clock.rolledUntil = Math.max(clock.rolledUntil, Math.min(hourStart(Math.min(first, end)), end));
      if (clock.rolledUntil >= end) return;
      for (let table = TABLES[clock.rollingTable]; table; table = TABLES[clock.rollingTable]) {
        const key = this.nextKey(table, clock.rolledUntil, clock.rollingKey);
        if (key === undefined) {
          clock.rollingTable++;
          clock.rollingKey = NO_KEY;
        } else {
          const last = key + KEYS_AT_A_TIME - 1;
          this.rollKeys(table, clock.rolledUntil, key, last);
          clock.rollingKey = last;
        }
        yield;
      }
      clock.rolledUntil += 60;
      clock.rollingTable = 0;
      clock.rollingKey = NO_KEY;
    }
  }

  /** The first key after this one that has numbers in the hour. */
  private nextKey({ name, key: [key] }: NumberTable, hour: Minute, after: number): number | undefined {
    const row = this.database
      .prepare(
        `${AT_MINUTES} SELECT min((SELECT min(${key}) FROM ${name}_minute AS numbers
           WHERE numbers.minute = at.minute AND ${key} > ?)) AS key FROM at`,
      )
      .get(hour, hour + 59, after);
    return row?.['key'] == null ? undefined : Number(row['key']);
  }

  private rollKeys(table: NumberTable, hour: Minute, first: number, last: number): void {
    const { name, key, counts } = table;
    const from = `FROM at CROSS JOIN ${name}_minute AS numbers ON numbers.minute = at.minute AND ${key[0]} BETWEEN ? AND ?`;
    if (table.isTimed) {
      const rows = this.database.prepare(`${AT_MINUTES} SELECT numbers.* ${from}`);
      this.addTimedHours(table, hour, rows.all(hour, hour + 59, first, last));
      return;
    }
    const keys = key.join(', ');
    const sums = counts.map((count) => `sum(${count})`).join(', ');
    this.database
      .prepare(
        `INSERT INTO ${name}_hour (minute, ${keys}, ${counts.join(', ')})
         ${AT_MINUTES} SELECT ?5, ${keys}, ${sums} ${from.replace('? AND ?', '?3 AND ?4')} GROUP BY ${keys}`,
      )
      .run(hour, hour + 59, first, last, hour);
  }

  private addTimedHours({ name, key, counts: [count] }: NumberTable, hour: Minute, rows: Row[]): void {
    const sums = new Map<string, { keys: number[]; count: number; durations: HistogramSum }>();
    for (const row of rows) {
      const keys = key.map((column) => Number(row[column]));
      const text = keys.join();
      const sum = sums.get(text) ?? { keys, count: 0, durations: new HistogramSum() };
      sum.count += Number(row[count ?? '']);
      sum.durations.addEncoded(
        row['buckets'] as Uint8Array,
        Number(row['zero_count']),
        Number(row['sum_seconds']),
        row['approximate'] === 1,
      );
      sums.set(text, sum);
    }
    const add = this.addHours[name as 'function'];
    for (const { keys, count: total, durations } of sums.values()) {
      const { zeroCount, sumSeconds, approximate, buckets } = durations.value();
      add.run(hour, ...keys, total, zeroCount, sumSeconds, approximate ? 1 : 0, encodeBuckets(buckets));
    }
  }

  private *dropMinutes(nowMs: number): Generator<void, void, undefined> {
    const cutoff = Math.min(minuteCutoff(nowMs), this.clock.rolledUntil);
    this.clock.minuteCutoff = Math.max(this.clock.minuteCutoff, cutoff);
    for (const table of TABLES) {
      const { name, key } = table;
      const next = this.database.prepare(
        `SELECT ${key[0]} AS key FROM ${name}_minute WHERE minute = ? ORDER BY ${key[0]} LIMIT 1 OFFSET ${ROWS_AT_A_TIME}`,
      );
      const drop = this.database.prepare(`DELETE FROM ${name}_minute WHERE minute = ? AND ${key[0]} <= ?`);
      for (;;) {
        const oldest = this.oldestMinute(table, 0);
        if (oldest >= this.clock.minuteCutoff) break;
        drop.run(oldest, Number(next.get(oldest)?.['key'] ?? Number.MAX_SAFE_INTEGER));
        yield;
      }
    }
  }

  /** These tables have the key first: each key's old rows are a range. */
  private *dropHours(cutoff: Minute): Generator<void, void, undefined> {
    const tables = [...TABLES.map(({ name, key: [key] }) => ({ name, key })), { name: 'coverage', key: 'deployment' }];
    for (const { name, key } of tables) {
      const next = this.database.prepare(`SELECT min(${key}) AS key FROM ${name}_hour WHERE ${key} > ?`);
      const drop = this.database.prepare(`DELETE FROM ${name}_hour WHERE ${key} = ? AND minute < ?`);
      for (let at = next.get(NO_KEY)?.['key']; at != null; at = next.get(at)?.['key']) {
        drop.run(at, cutoff);
        yield;
      }
    }
  }

  /** Minutes so old that no data for them is taken any more become hours. */
  private *rollCoverage(until: Minute): Generator<void, void, undefined> {
    const some = this.database.prepare(
      `SELECT coverage_minute.* FROM deployment JOIN coverage_minute ON coverage_minute.deployment = deployment.id
       WHERE minute < ? LIMIT ${ROWS_AT_A_TIME}`,
    );
    const add = this.database.prepare(
      'INSERT INTO coverage_hour VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds',
    );
    const drop = this.database.prepare('DELETE FROM coverage_minute WHERE deployment = ? AND minute = ?');
    for (let rows = some.all(until); rows.length > 0; rows = some.all(until)) {
      for (const row of rows) {
        const [deployment, minute] = [Number(row['deployment']), Number(row['minute'])];
        add.run(deployment, hourStart(minute), coveredSeconds(Number(row['low']), Number(row['high'])));
        drop.run(deployment, minute);
      }
      yield;
    }
  }

  private oldestMinute({ name }: NumberTable, from: Minute): Minute {
    const row = this.database.prepare(`SELECT min(minute) AS m FROM ${name}_minute WHERE minute >= ?`).get(from);
    return row?.['m'] == null ? Infinity : Number(row['m']);
  }
}
