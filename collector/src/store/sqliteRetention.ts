import type { DatabaseSync } from 'node:sqlite';
import { coveredSeconds } from './coverage.js';
import { encodeBuckets } from './encodedHistogram.js';
import { HistogramSum } from './histogramSum.js';
import type { Minute } from './model.js';
import type { StoreClock } from './sqliteSchema.js';
import { addStatements } from './sqliteWriter.js';
import { retention } from './store.js';
import { hourCutoff, hourStart, minuteCutoff, minuteOf } from './storeTime.js';

const TABLES = ['function', 'error', 'edge', 'drop'] as const;
/** How long after its end an hour is rolled up: what comes later is added to both tables. */
const ROLL_DELAY_MINUTES = 5;
const MINUTES_AT_A_TIME = 20;
const DAY_MS = 86_400_000;

/** Rolls minutes up into hours and drops what is too old, a piece at a time. */
export class SqliteRetention {
  private hoursPurgedMs = -Infinity;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
  ) {}

  /** One piece; true when there is more. */
  run(nowMs: number): boolean {
    const before = { ...this.clock };
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const hasMoreHours = this.rollOneHour(minuteOf(nowMs));
      const hasMoreMinutes = this.dropMinutes(nowMs);
      this.dropOnceMarks(nowMs);
      if (nowMs - this.hoursPurgedMs >= DAY_MS) this.dropHours(nowMs);
      this.save();
      this.database.exec('COMMIT');
      return hasMoreHours || hasMoreMinutes;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      Object.assign(this.clock, before);
      throw error;
    }
  }

  private rollOneHour(nowMinute: Minute): boolean {
    const end = hourStart(nowMinute - ROLL_DELAY_MINUTES);
    // Hours in which nothing was written are passed over.
    const first = Math.min(...TABLES.map((table) => this.oldestMinute(table, this.clock.rolledUntil)));
    this.clock.rolledUntil = Math.max(this.clock.rolledUntil, Math.min(hourStart(Math.min(first, end)), end));
    const hour = this.clock.rolledUntil;
    if (hour >= end) return false;
    this.rollFunctions(hour);
    const inHour = `WHERE minute >= ? AND minute < ? GROUP BY`;
    const roll = (statement: string): void => void this.database.prepare(statement).run(hour, hour, hour + 60);
    roll(`INSERT INTO error_hour SELECT ?, fn, type, origin, sum(count) FROM error_minute ${inHour} fn, type, origin`);
    roll(
      `INSERT INTO edge_hour SELECT ?, fn, caller, sum(calls), sum(sampled_calls) FROM edge_minute ${inHour} fn, caller`,
    );
    roll(
      `INSERT INTO drop_hour SELECT ?, deployment, reason, sum(count) FROM drop_minute ${inHour} deployment, reason`,
    );
    this.clock.rolledUntil = hour + 60;
    return this.clock.rolledUntil < end;
  }

  private rollFunctions(hour: Minute): void {
    const sums = new Map<number, { calls: number; durations: HistogramSum }>();
    const rows = this.database.prepare('SELECT * FROM function_minute WHERE minute >= ? AND minute < ?');
    for (const row of rows.iterate(hour, hour + 60)) {
      const fn = Number(row['fn']);
      const sum = sums.get(fn) ?? { calls: 0, durations: new HistogramSum() };
      sum.calls += Number(row['calls']);
      sum.durations.addEncoded(
        row['buckets'] as Uint8Array,
        Number(row['zero_count']),
        Number(row['sum_seconds']),
        row['approximate'] === 1,
      );
      sums.set(fn, sum);
    }
    const add = addStatements(this.database, 'hour').fn;
    for (const [fn, { calls, durations }] of sums) {
      const { zeroCount, sumSeconds, approximate, buckets } = durations.value();
      add.run(hour, fn, calls, zeroCount, sumSeconds, approximate ? 1 : 0, encodeBuckets(buckets));
    }
  }

  private dropMinutes(nowMs: number): boolean {
    const cutoff = Math.min(minuteCutoff(nowMs), this.clock.rolledUntil);
    this.clock.minuteCutoff = Math.max(this.clock.minuteCutoff, cutoff);
    let hasMore = false;
    for (const table of TABLES) {
      const oldest = this.oldestMinute(table, 0);
      if (oldest >= this.clock.minuteCutoff) continue;
      const to = Math.min(this.clock.minuteCutoff, oldest + MINUTES_AT_A_TIME);
      this.database.prepare(`DELETE FROM ${table}_minute WHERE minute < ?`).run(to);
      hasMore ||= to < this.clock.minuteCutoff;
    }
    return hasMore;
  }

  private dropOnceMarks(nowMs: number): void {
    this.database.prepare('DELETE FROM once WHERE stored_ms < ?').run(nowMs - retention.onceHours * 3_600_000);
  }

  /** These tables have the time second, so this reads all of them: once a day. */
  private dropHours(nowMs: number): void {
    for (const table of [...TABLES, 'coverage'] as const) {
      this.database.prepare(`DELETE FROM ${table}_hour WHERE minute < ?`).run(hourCutoff(nowMs));
    }
    this.database.prepare('DELETE FROM instance WHERE last_seen_ms < ?').run(nowMs - retention.hourDays * DAY_MS);
    this.rollCoverage(hourStart(minuteOf(nowMs)) - retention.coverageMinuteDays * 24 * 60);
    this.hoursPurgedMs = nowMs;
  }

  /** Minutes so old that no data for them is taken any more become hours. */
  private rollCoverage(until: Minute): void {
    const add = this.database.prepare(
      'INSERT INTO coverage_hour VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds',
    );
    for (const row of this.database.prepare('SELECT * FROM coverage_minute WHERE minute < ?').all(until)) {
      const seconds = coveredSeconds(Number(row['low']), Number(row['high']));
      add.run(Number(row['deployment']), hourStart(Number(row['minute'])), seconds);
    }
    this.database.prepare('DELETE FROM coverage_minute WHERE minute < ?').run(until);
  }

  private oldestMinute(table: (typeof TABLES)[number], from: Minute): Minute {
    const row = this.database.prepare(`SELECT min(minute) AS m FROM ${table}_minute WHERE minute >= ?`).get(from);
    return row?.['m'] == null ? Infinity : Number(row['m']);
  }

  private save(): void {
    const update = this.database.prepare('UPDATE meta SET value = ? WHERE name = ?');
    update.run(this.clock.rolledUntil, 'rolled_until');
    update.run(this.clock.minuteCutoff, 'minute_cutoff');
  }
}
