import type { DatabaseSync } from 'node:sqlite';
import { coveredSeconds } from './coverage.js';
import type { MinuteBlocks } from './minuteBlocks.js';
import type { Minute } from './model.js';
import { numberTableNames, numberTables, type NumberTable } from './numberTables.js';
import type { RolledSums } from './rolledSums.js';
import type { SqliteCatalog } from './sqliteCatalog.js';
import type { SqliteCoverage } from './sqliteCoverage.js';
import { purge } from './sqlitePurge.js';
import { SqliteRollup } from './sqliteRollup.js';
import { NO_KEY, saveClock, type StoreClock } from './sqliteSchema.js';
import { retention } from './store.js';
import { dayCutoff, dayStart, hourCutoff, hourStart, minuteCutoff, minuteOf } from './storeTime.js';

const TABLES: readonly NumberTable[] = numberTableNames.map((name) => numberTables[name]);
/** How long after its end an hour is rolled up: what comes later is added to both tables. */
const ROLL_DELAY_MINUTES = 5;
/** What one step deletes. */
const ROWS_AT_A_TIME = 2_000;
const DAY_MS = 86_400_000;

/** Rolls minutes up into hours and drops what is too old, in small steps that can stop after each. */
export class SqliteRetention {
  private readonly rollup: SqliteRollup;
  private steps: Generator<void, void, undefined> | undefined;
  private purgedMs = -Infinity;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
    private readonly catalog: SqliteCatalog,
    private readonly blocks: MinuteBlocks,
    private readonly rolledSums: RolledSums,
    private readonly coverage: SqliteCoverage,
    private readonly budgetMs: number,
  ) {
    this.rollup = new SqliteRollup(database, clock);
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
    yield* this.blocks.fill(nowMs);
    yield* this.rollup.hours(hourStart(minuteOf(nowMs) - ROLL_DELAY_MINUTES));
    yield* this.dropMinutes(nowMs);
    yield* this.rollup.days(dayStart(this.clock.rolledUntil));
    this.clock.hourCutoff = Math.max(this.clock.hourCutoff, Math.min(hourCutoff(nowMs), this.clock.daysUntil));
    this.database.prepare('DELETE FROM once WHERE stored_ms < ?').run(nowMs - retention.onceHours * 3_600_000);
    if (nowMs - this.purgedMs < DAY_MS) return;
    yield* this.dropRolled('hour', this.clock.hourCutoff);
    yield* this.dropRolled('day', dayCutoff(nowMs));
    yield* this.dropCoverage(dayCutoff(nowMs));
    yield* this.rollCoverage(hourStart(minuteOf(nowMs)) - retention.coverageMinuteDays * 24 * 60);
    yield* purge(this.database, this.catalog, nowMs);
    // An id that was freed may come to stand for another function.
    this.rolledSums.forget();
    this.coverage.forget();
    this.purgedMs = nowMs;
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
        const oldest = this.rollup.oldestMinute(table, 0);
        if (oldest >= this.clock.minuteCutoff) break;
        drop.run(oldest, Number(next.get(oldest)?.['key'] ?? Number.MAX_SAFE_INTEGER));
        yield;
      }
    }
  }

  /** These tables have the key first: each key's old rows are a range. */
  private *dropRolled(suffix: 'hour' | 'day', cutoff: Minute): Generator<void, void, undefined> {
    for (const { name, key } of TABLES) yield* this.dropBefore(`${name}_${suffix}`, key[0], cutoff);
  }

  private *dropCoverage(cutoff: Minute): Generator<void, void, undefined> {
    yield* this.dropBefore('coverage_hour', 'deployment', cutoff);
  }

  private *dropBefore(table: string, key: string, cutoff: Minute): Generator<void, void, undefined> {
    const next = this.database.prepare(`SELECT min(${key}) AS key FROM ${table} WHERE ${key} > ?`);
    const drop = this.database.prepare(`DELETE FROM ${table} WHERE ${key} = ? AND minute < ?`);
    for (let at = next.get(NO_KEY)?.['key']; at != null; at = next.get(at)?.['key']) {
      drop.run(at, cutoff);
      yield;
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
      this.coverage.forget();
      yield;
    }
  }
}
