import { NEVER_LOADED } from '@hindcast/proto/semconv';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { emptyHistogram, type Histogram } from '@hindcast/core/histogram';
import { coverageOf } from './coverage.js';
import { encodeBuckets } from './encodedHistogram.js';
import type { FileDeclaration, FunctionKey, Minute, Report } from './model.js';
import { addStatements, type AddStatements, type NumberTableName } from './numberTables.js';
import type { DeploymentEntry, FunctionEntry, OverLimit, SqliteCatalog } from './sqliteCatalog.js';
import type { SqliteCoverage } from './sqliteCoverage.js';
import type { SqliteExemplars } from './sqliteExemplars.js';
import { isInDays, isInHours, type StoreClock } from './sqliteSchema.js';
import type { MinuteBlocks } from './minuteBlocks.js';
import type { RolledSums } from './rolledSums.js';
import type { WriteResult } from './store.js';
import { dayStart, hourStart, minuteOf } from './storeTime.js';

/** The error type of a deployment's total. */
const ANY_TYPE = 0;
/** The owner of a path that stands for the traces as a whole. */
const WHOLE = 0;

type Value = number | string | Uint8Array;

/** Writes reports, a transaction for each write. */
export class SqliteWriter {
  private readonly writtenMinutes = new Set<Minute>();
  private readonly byMinute: AddStatements;
  private readonly byHour: AddStatements;
  private readonly byDay: AddStatements;
  private readonly sql: Record<
    'once' | 'seen' | 'instance' | 'coverage' | 'file' | 'neverLoaded' | 'declare' | 'called',
    StatementSync
  >;

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
    private readonly catalog: SqliteCatalog,
    private readonly exemplars: SqliteExemplars,
    private readonly blocks: MinuteBlocks,
    private readonly rolledSums: RolledSums,
    private readonly coverage: SqliteCoverage,
  ) {
    this.byMinute = addStatements(database, 'minute');
    this.byHour = addStatements(database, 'hour');
    this.byDay = addStatements(database, 'day');
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
      // What another instance knows of the file is more.
      neverLoaded: database.prepare(
        `UPDATE file SET not_observed_reason = ? WHERE id = ? AND content_hash = '' AND not_observed_reason = ''
           AND NOT EXISTS (SELECT 1 FROM function WHERE function.file = file.id)`,
      ),
      declare: database.prepare(
        `UPDATE function SET end_line = ?, body_hash = ?, declared_hash = ?,
           declared_since_ms = coalesce(declared_since_ms, ?) WHERE id = ?`,
      ),
      called: database.prepare('UPDATE function SET last_called_minute = ? WHERE id = ?'),
    };
  }

  /** All or nothing; what an error leaves behind is rolled back. */
  write(reports: readonly Report[], nowMs: number): WriteResult {
    this.writtenMinutes.clear();
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
      this.catalog.forget();
      throw error;
    } finally {
      for (const minute of this.writtenMinutes) this.blocks.written(minute, nowMs);
    }
  }

  /** Returns how much was over a limit. */
  private writeReport(report: Report, nowMs: number): number {
    const deployment = this.catalog.deployment(report.deployment, nowMs);
    if (!deployment) return 1;
    this.sql.seen.run(nowMs, report.repositoryUrl, deployment.id);
    this.sql.instance.run(deployment.id, report.instanceId, nowMs);
    for (const interval of report.covered) {
      for (const { minute, low, high } of coverageOf(interval)) {
        this.sql.coverage.run(deployment.id, minute, low, high);
        this.coverage.written(deployment.id, minute);
      }
    }
    const limited = new LimitedWrite(deployment, this.catalog, (minute, reason) =>
      this.add('drop', minute, deployment.id, reason, 1),
    );
    for (const declaration of report.declarations) this.declare(declaration, nowMs, limited);
    this.writeFunctions(report, limited);
    this.writeEntryPoints(report, limited);
    this.writeDependencies(report, limited);
    this.writePaths(report, limited);
    for (const { minute, reason, count } of report.drops) this.add('drop', minute, deployment.id, reason, count);
    return limited.count;
  }

  private writeFunctions(report: Report, limited: LimitedWrite): void {
    const all = -limited.deployment.id;
    const totals = new Map<Minute, { calls: number; errors: number }>();
    const total = (minute: Minute): { calls: number; errors: number } => {
      const at = totals.get(minute) ?? { calls: 0, errors: 0 };
      totals.set(minute, at);
      return at;
    };
    for (const { minute, fn: key, calls, durations } of report.functions) {
      const fn = limited.fn(key, minute);
      if (!fn) continue;
      this.add('function', minute, fn.id, calls, ...histogramValues(durations));
      total(minute).calls += calls;
      if (calls > 0 && minute > fn.lastCalledMinute) {
        fn.lastCalledMinute = minute;
        this.sql.called.run(minute, fn.id);
      }
    }
    for (const { minute, fn: key, type, origin, count } of report.errors) {
      const fn = limited.fn(key, minute);
      if (!fn) continue;
      this.add('error', minute, fn.id, this.catalog.errorType(type), origin, count);
      total(minute).errors += count;
    }
    for (const [minute, { calls, errors }] of totals) {
      if (calls > 0) this.add('function', minute, all, calls, ...histogramValues(emptyHistogram));
      if (errors > 0) this.add('error', minute, all, ANY_TYPE, '', errors);
    }
    for (const { minute, callee, caller: callerKey, calls, sampledCalls } of report.edges) {
      const caller = limited.take(minute, this.catalog.caller(callerKey, minute));
      const fn = caller === undefined ? undefined : limited.fn(callee, minute);
      if (caller !== undefined && fn) this.add('edge', minute, fn.id, caller, calls, sampledCalls);
    }
  }

  private writeEntryPoints(report: Report, limited: LimitedWrite): void {
    const { deployment } = limited;
    const entryOf = (minute: Minute, row: Report['entries'][number] | Report['entryErrors'][number]) => {
      const fn = row.fn ? limited.fn(row.fn, minute) : undefined;
      return limited.take(minute, this.catalog.entryPoint(deployment, row.entryPoint, fn?.id ?? 0, minute));
    };
    for (const row of report.entries) {
      const entry = entryOf(row.minute, row);
      if (entry !== undefined) this.add('entry', row.minute, entry, row.calls, ...histogramValues(row.durations));
    }
    for (const row of report.entryErrors) {
      const entry = entryOf(row.minute, row);
      if (entry !== undefined) {
        this.add('entryError', row.minute, entry, this.catalog.errorType(row.type), row.count);
      }
    }
    for (const { minute, fn: key, entryPoint, calls } of report.functionEntries) {
      const entry = limited.take(minute, this.catalog.entryPoint(deployment, entryPoint, 0, minute));
      const fn = entry === undefined ? undefined : limited.fn(key, minute);
      if (entry !== undefined && fn) this.add('functionEntry', minute, fn.id, entry, calls);
    }
    for (const exemplar of report.exemplars) {
      const minute = minuteOf(exemplar.timeMs);
      const entry = limited.take(minute, this.catalog.entryPoint(deployment, exemplar.entryPoint, 0, minute));
      if (entry !== undefined) this.exemplars.add(entry, exemplar);
    }
  }

  private writeDependencies(report: Report, limited: LimitedWrite): void {
    const all = -limited.deployment.id;
    const callers = (minute: Minute, key: FunctionKey | undefined): number[] => {
      const fn = key && limited.fn(key, minute);
      return fn ? [all, fn.id] : [all];
    };
    for (const { minute, fn: key, dependency: dependencyKey, calls, durations } of report.dependencies) {
      const dependency = limited.take(minute, this.catalog.dependency(dependencyKey, minute));
      if (dependency === undefined) continue;
      for (const fn of callers(minute, key)) {
        this.add('dependency', minute, fn, dependency, calls, ...histogramValues(durations));
      }
    }
    for (const { minute, fn: key, dependency: dependencyKey, type, count } of report.dependencyErrors) {
      const dependency = limited.take(minute, this.catalog.dependency(dependencyKey, minute));
      if (dependency === undefined) continue;
      for (const fn of callers(minute, key)) {
        this.add('dependencyError', minute, fn, dependency, this.catalog.errorType(type), count);
      }
    }
  }

  private writePaths(report: Report, limited: LimitedWrite): void {
    const { deployment } = limited;
    for (const { minute, entryPoint, traces, partialTraces, totalNanos } of report.paths) {
      const entry = limited.take(minute, this.catalog.entryPoint(deployment, entryPoint, 0, minute));
      if (entry !== undefined) this.add('path', minute, entry, WHOLE, traces, partialTraces, totalNanos, 0, 0);
    }
    for (const row of report.pathOwners) {
      const { minute, traces, pathTraces, selfNanos, savesAtMostNanos, boundTraces } = row;
      const entry = limited.take(minute, this.catalog.entryPoint(deployment, row.entryPoint, 0, minute));
      const owner = entry === undefined ? undefined : limited.take(minute, this.catalog.pathOwner(row.owner, minute));
      if (entry === undefined || owner === undefined) continue;
      this.add('path', minute, entry, owner, traces, pathTraces, selfNanos, savesAtMostNanos, boundTraces);
    }
  }

  private declare(
    { path, contentHash, notObservedReason, functions }: FileDeclaration,
    nowMs: number,
    limited: LimitedWrite,
  ): void {
    const minute = minuteOf(nowMs);
    const file = limited.take(minute, this.catalog.file(limited.deployment, path));
    if (file === undefined) return;
    if (notObservedReason === NEVER_LOADED) this.sql.neverLoaded.run(notObservedReason, file);
    else this.sql.file.run(contentHash, notObservedReason, file);
    for (const { name, line, column, endLine, bodyHash } of functions) {
      const fn = limited.fn({ path, name, line, column }, minute);
      if (fn) this.sql.declare.run(endLine, bodyHash, contentHash, nowMs, fn.id);
    }
  }

  /** Late numbers go to every table that their time is already, or still, in. */
  private add(table: NumberTableName, minute: Minute, key: number, ...values: Value[]): void {
    this.writtenMinutes.add(minute);
    if (minute >= this.clock.minuteCutoff) this.byMinute[table].run(minute, key, ...values);
    const isLateForHour = isInHours(this.clock, table, key, minute);
    const isLateForDay = isInDays(this.clock, table, key, minute);
    if (isLateForHour && minute >= this.clock.hourCutoff) this.byHour[table].run(hourStart(minute), key, ...values);
    if (isLateForDay) this.byDay[table].run(dayStart(minute), key, ...values);
    if (isLateForHour || isLateForDay) this.rolledSums.written(key);
  }
}

/** The limits as one report meets them. */
class LimitedWrite {
  /** How much was over a limit. */
  count = 0;

  constructor(
    readonly deployment: DeploymentEntry,
    private readonly catalog: SqliteCatalog,
    private readonly drop: (minute: Minute, reason: OverLimit) => void,
  ) {}

  fn(key: FunctionKey, minute: Minute): FunctionEntry | undefined {
    return this.take(minute, this.catalog.fn(this.deployment, key));
  }

  /** What it is, unless a limit is reached: then that is counted. */
  take<T extends object | number>(minute: Minute, found: T | OverLimit): T | undefined {
    if (typeof found !== 'string') return found;
    this.count++;
    this.drop(minute, found);
    return undefined;
  }
}

function histogramValues({ zeroCount, sumSeconds, approximate, buckets }: Histogram): Value[] {
  return [zeroCount, sumSeconds, approximate ? 1 : 0, encodeBuckets(buckets)];
}
