import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { coverageOf } from './coverage.js';
import { encodeBuckets } from './encodedHistogram.js';
import type { FileDeclaration, Minute, Report } from './model.js';
import { SqliteCatalog, type DeploymentEntry, type OverLimit } from './sqliteCatalog.js';
import type { StoreClock } from './sqliteSchema.js';
import type { StoreLimits, WriteResult } from './store.js';
import { hourStart, minuteOf } from './storeTime.js';

/** The statements that add to the tables by minute or to those by hour. */
interface AddStatements {
  readonly fn: StatementSync;
  readonly error: StatementSync;
  readonly edge: StatementSync;
  readonly drop: StatementSync;
}

/** Writes reports, a transaction for each write. */
export class SqliteWriter {
  private readonly catalog: SqliteCatalog;
  private readonly byMinute: AddStatements;
  private readonly byHour: AddStatements;
  private readonly sql: Record<
    'once' | 'seen' | 'instance' | 'coverage' | 'file' | 'declare' | 'called',
    StatementSync
  >;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
    limits: StoreLimits,
  ) {
    this.catalog = new SqliteCatalog(database, limits);
    this.byMinute = addStatements(database, 'minute');
    this.byHour = addStatements(database, 'hour');
    this.sql = {
      once: database.prepare('INSERT OR IGNORE INTO once VALUES (?, ?, ?)'),
      seen: database.prepare(
        `UPDATE deployment SET last_seen_ms = max(last_seen_ms, ?1),
           repository_url = iif(?2 = '', repository_url, ?2) WHERE id = ?3`,
      ),
      instance: database.prepare(
        `INSERT INTO instance VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`,
      ),
      coverage: database.prepare(
        `INSERT INTO coverage_minute VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET low = low | excluded.low, high = high | excluded.high`,
      ),
      file: database.prepare('UPDATE file SET content_hash = ?, not_observed_reason = ? WHERE id = ?'),
      declare: database.prepare(
        `UPDATE function SET end_line = ?, body_hash = ?, declared_hash = ?,
           declared_since_ms = coalesce(declared_since_ms, ?) WHERE id = ?`,
      ),
      called: database.prepare('UPDATE function SET last_called_minute = ? WHERE id = ?'),
    };
  }

  /** All or nothing; what an error leaves behind is rolled back. */
  write(reports: readonly Report[], nowMs: number): WriteResult {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      let duplicates = 0;
      let overLimit = 0;
      for (const report of reports) {
        const isNew =
          report.onceKey === undefined || this.sql.once.run(report.instanceId, report.onceKey, nowMs).changes === 1;
        if (isNew) overLimit += this.writeReport(report, nowMs);
        else duplicates++;
      }
      this.database.exec('COMMIT');
      return { duplicates, overLimit };
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      this.catalog.load();
      throw error;
    }
  }

  /** Returns how much was over a limit. */
  private writeReport(report: Report, nowMs: number): number {
    const deployment = this.catalog.deployment(report.deployment, nowMs);
    if (!deployment) return 1;
    let overLimit = 0;
    const over = (minute: Minute, reason: OverLimit): void => {
      overLimit++;
      this.add(minute, (sql, time) => sql.drop.run(time, deployment.id, reason, 1));
    };
    this.sql.seen.run(nowMs, report.repositoryUrl, deployment.id);
    this.sql.instance.run(deployment.id, report.instanceId, nowMs);
    for (const interval of report.covered) {
      for (const { minute, low, high } of coverageOf(interval)) this.sql.coverage.run(deployment.id, minute, low, high);
    }
    for (const declaration of report.declarations) this.declare(deployment, declaration, nowMs, over);
    for (const { minute, fn: key, calls, durations } of report.functions) {
      const fn = this.catalog.fn(deployment, key);
      if (typeof fn === 'string') {
        over(minute, fn);
        continue;
      }
      const { zeroCount, sumSeconds, approximate } = durations;
      const buckets = encodeBuckets(durations.buckets);
      this.add(minute, (sql, time) =>
        sql.fn.run(time, fn.id, calls, zeroCount, sumSeconds, approximate ? 1 : 0, buckets),
      );
      if (calls > 0 && minute > fn.lastCalledMinute) {
        fn.lastCalledMinute = minute;
        this.sql.called.run(minute, fn.id);
      }
    }
    for (const { minute, fn: key, type, origin, count } of report.errors) {
      const fn = this.catalog.fn(deployment, key);
      if (typeof fn === 'string') {
        over(minute, fn);
        continue;
      }
      const typeId = this.catalog.errorType(type);
      this.add(minute, (sql, time) => sql.error.run(time, fn.id, typeId, origin, count));
    }
    for (const { minute, callee, caller: callerKey, calls, sampledCalls } of report.edges) {
      const caller = this.catalog.caller(callerKey);
      const fn = typeof caller === 'string' ? caller : this.catalog.fn(deployment, callee);
      if (typeof caller === 'string' || typeof fn === 'string') {
        over(minute, typeof fn === 'string' ? fn : 'caller_limit');
        continue;
      }
      this.add(minute, (sql, time) => sql.edge.run(time, fn.id, caller, calls, sampledCalls));
    }
    for (const { minute, reason, count } of report.drops) {
      this.add(minute, (sql, time) => sql.drop.run(time, deployment.id, reason, count));
    }
    return overLimit;
  }

  private declare(
    deployment: DeploymentEntry,
    { path, contentHash, notObservedReason, functions }: FileDeclaration,
    nowMs: number,
    over: (minute: Minute, reason: OverLimit) => void,
  ): void {
    const file = this.catalog.file(deployment, path);
    if (typeof file === 'string') {
      over(minuteOf(nowMs), file);
      return;
    }
    this.sql.file.run(contentHash, notObservedReason, file);
    for (const { name, line, column, endLine, bodyHash } of functions) {
      const fn = this.catalog.fn(deployment, { path, name, line, column });
      if (typeof fn === 'string') over(minuteOf(nowMs), fn);
      else this.sql.declare.run(endLine, bodyHash, contentHash, nowMs, fn.id);
    }
  }

  /** Late numbers go to every table that their time is already, or still, in. */
  private add(minute: Minute, run: (sql: AddStatements, time: Minute) => void): void {
    if (minute >= this.clock.minuteCutoff) run(this.byMinute, minute);
    if (minute < this.clock.rolledUntil) run(this.byHour, hourStart(minute));
  }
}

/** Statements that add to `function_${suffix}` and its siblings. */
export function addStatements(database: DatabaseSync, suffix: 'minute' | 'hour'): AddStatements {
  return {
    fn: database.prepare(
      `INSERT INTO function_${suffix} (minute, fn, calls, zero_count, sum_seconds, approximate, buckets)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, zero_count = zero_count + excluded.zero_count,
         sum_seconds = sum_seconds + excluded.sum_seconds, approximate = approximate | excluded.approximate,
         buckets = merge_buckets(buckets, excluded.buckets)`,
    ),
    error: database.prepare(
      `INSERT INTO error_${suffix} (minute, fn, type, origin, count) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ),
    edge: database.prepare(
      `INSERT INTO edge_${suffix} (minute, fn, caller, calls, sampled_calls) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, sampled_calls = sampled_calls + excluded.sampled_calls`,
    ),
    drop: database.prepare(
      `INSERT INTO drop_${suffix} (minute, deployment, reason, count) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ),
  };
}
