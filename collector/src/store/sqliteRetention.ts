import type { DatabaseSync } from 'node:sqlite';
import { coveredSeconds } from './coverage.js';
import type { MinuteBlocks } from './minuteBlocks.js';
import type { Minute } from './model.js';
import type { RolledSums } from './rolledSums.js';
import type { SqliteCatalog } from './sqliteCatalog.js';
import type { SqliteCoverage } from './sqliteCoverage.js';
import { purge } from './sqlitePurge.js';
import { SqliteRollup } from './sqliteRollup.js';
import { saveClock, type StoreClock } from './sqliteSchema.js';
import type { SqliteSpace } from './sqliteSpace.js';
import { retention } from './store.js';
import { dayCutoff, dayStart, hourCutoff, hourStart, minuteCutoff, minuteOf } from './storeTime.js';

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
    private readonly space: SqliteSpace,
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
    yield* this.space.fit(nowMs);
    if (nowMs - this.purgedMs < DAY_MS) return;
    yield* this.space.dropRolled('hour', this.clock.hourCutoff);
    yield* this.space.dropRolled('day', dayCutoff(nowMs));
    yield* this.space.dropBefore('coverage_hour', 'deployment', dayCutoff(nowMs));
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
    yield* this.space.dropMinutes();
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
