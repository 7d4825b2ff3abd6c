import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { coveredSeconds } from './coverage.js';
import { HistogramSum } from './histogramSum.js';
import type { CallerKey, DataSource, Minute } from './model.js';
import { idRanges, segmentsSince, type Segment } from './readSegments.js';
import type { StoreClock } from './sqliteSchema.js';
import type { DeploymentRecord, DeploymentSummary, FileRecord, FunctionRecord } from './store.js';
import { MINUTE_MS, hourStart } from './storeTime.js';

type Row = ReturnType<StatementSync['all']>[number];

/** Numbers of one function as they are added up. */
interface Totals {
  calls: number;
  readonly durations: HistogramSum;
  readonly errors: Map<string, number>;
  readonly callers: Map<number, { calls: number; sampledCalls: number }>;
}

/** Reads for the query service. */
export class SqliteReader {
  private readonly statements = new Map<string, StatementSync>();

  constructor(
    private readonly database: DatabaseSync,
    private readonly clock: StoreClock,
  ) {}

  findFiles(paths: readonly string[]): FileRecord[] {
    return this.sql('SELECT * FROM file WHERE path IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(paths))
      .map((row) => ({
        id: number(row, 'id'),
        deploymentId: number(row, 'deployment'),
        path: text(row, 'path'),
        contentHash: text(row, 'content_hash'),
        notObservedReason: text(row, 'not_observed_reason'),
      }));
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): DeploymentRecord[] {
    const from = this.windowStart(fromMinute);
    const rows = ids
      ? this.sql('SELECT * FROM deployment WHERE id IN (SELECT value FROM json_each(?))').all(JSON.stringify(ids))
      : this.sql('SELECT * FROM deployment WHERE last_seen_ms >= ?').all(from * MINUTE_MS);
    return rows.map((row) => {
      const id = number(row, 'id');
      const instances = this.sql('SELECT count(*) AS n FROM instance WHERE deployment = ? AND last_seen_ms >= ?');
      return {
        id,
        key: {
          service: text(row, 'service'),
          environment: text(row, 'environment'),
          version: text(row, 'version'),
          revision: text(row, 'revision'),
          source: text(row, 'source') as DataSource,
        },
        repositoryUrl: text(row, 'repository_url'),
        instances: number(instances.get(id, from * MINUTE_MS), 'n'),
        firstSeenMs: number(row, 'first_seen_ms'),
        lastSeenMs: number(row, 'last_seen_ms'),
        observedSeconds: this.observedSeconds(id, from),
      };
    });
  }

  readFunctions(fileIds: readonly number[], fromMinute: Minute): FunctionRecord[] {
    const rows = this.sql(
      `SELECT function.*, file.path FROM file JOIN function ON function.file = file.id
       WHERE file.id IN (SELECT value FROM json_each(?)) AND (declared_hash IS NULL OR declared_hash = content_hash)`,
    ).all(JSON.stringify(fileIds));
    const totals = new Map<number, Totals>();
    for (const row of rows) totals.set(number(row, 'id'), emptyTotals());
    const ranges = idRanges([...totals.keys()]);
    for (const segment of segmentsSince(fromMinute, this.clock)) {
      for (const range of ranges) this.addSegment(segment, range, totals);
    }
    const callers = this.callers(totals.values());
    return rows.map((row) => {
      const lastCalled = row['last_called_minute'];
      const declaredSince = row['declared_since_ms'];
      const of = totals.get(number(row, 'id')) ?? emptyTotals();
      return {
        fileId: number(row, 'file'),
        fn: {
          path: text(row, 'path'),
          name: text(row, 'name'),
          line: number(row, 'line'),
          column: number(row, 'column'),
        },
        endLine: number(row, 'end_line'),
        bodyHash: text(row, 'body_hash'),
        declaredSinceMs: declaredSince === null ? undefined : Number(declaredSince),
        lastCalledMs: lastCalled === null ? undefined : Number(lastCalled) * MINUTE_MS,
        calls: of.calls,
        durations: of.durations.value(),
        errors: of.errors,
        callers: [...of.callers].flatMap(([id, { calls, sampledCalls }]) => {
          const caller = callers.get(id);
          return caller ? [{ caller, calls, sampledCalls }] : [];
        }),
      };
    });
  }

  summarise(fromMinute: Minute): Map<number, DeploymentSummary> {
    const calls = new Map<number, number>();
    const errors = new Map<number, number>();
    const drops = new Map<number, Map<string, number>>();
    for (const { suffix, from, to } of segmentsSince(fromMinute, this.clock)) {
      const window = `WHERE minute >= ? AND minute < ? GROUP BY`;
      addTo(calls, this.sql(`SELECT fn AS id, sum(calls) AS n FROM function_${suffix} ${window} fn`).iterate(from, to));
      addTo(errors, this.sql(`SELECT fn AS id, sum(count) AS n FROM error_${suffix} ${window} fn`).iterate(from, to));
      const dropRows = this.sql(
        `SELECT deployment AS id, reason, sum(count) AS n FROM drop_${suffix} ${window} deployment, reason`,
      );
      for (const row of dropRows.iterate(from, to)) {
        const reasons = drops.get(number(row, 'id')) ?? new Map<string, number>();
        reasons.set(text(row, 'reason'), (reasons.get(text(row, 'reason')) ?? 0) + number(row, 'n'));
        drops.set(number(row, 'id'), reasons);
      }
    }
    const summaries = new Map<number, { -readonly [K in keyof DeploymentSummary]: DeploymentSummary[K] }>();
    const files = this.sql(
      `SELECT deployment.id, count(nullif(path, '')) AS files, count(nullif(not_observed_reason, '')) AS not_observed
       FROM deployment LEFT JOIN file ON file.deployment = deployment.id GROUP BY deployment.id`,
    );
    for (const row of files.iterate()) {
      const id = number(row, 'id');
      summaries.set(id, {
        files: number(row, 'files'),
        filesNotObserved: number(row, 'not_observed'),
        functionsDeclared: 0,
        declaredRan: 0,
        functionsSeen: 0,
        seenRan: 0,
        calls: 0,
        errors: 0,
        drops: drops.get(id) ?? new Map<string, number>(),
      });
    }
    const functions = this.sql(
      `SELECT function.id, deployment, declared_hash IS NOT NULL AS declared FROM file JOIN function ON function.file = file.id
       WHERE declared_hash IS NULL OR declared_hash = content_hash`,
    );
    for (const row of functions.iterate()) {
      const summary = summaries.get(number(row, 'deployment'));
      if (!summary) continue;
      const called = calls.get(number(row, 'id')) ?? 0;
      const ran = called > 0 ? 1 : 0;
      if (number(row, 'declared') === 1) {
        summary.functionsDeclared++;
        summary.declaredRan += ran;
      } else {
        summary.functionsSeen++;
        summary.seenRan += ran;
      }
      summary.calls += called;
      summary.errors += errors.get(number(row, 'id')) ?? 0;
    }
    return summaries;
  }

  oldestMs(): number | undefined {
    const row = this.sql(
      'SELECT min(m) AS minute FROM (SELECT min(minute) AS m FROM coverage_minute UNION ALL SELECT min(minute) FROM coverage_hour)',
    ).get();
    return row?.['minute'] == null ? undefined : Number(row['minute']) * MINUTE_MS;
  }

  private addSegment(
    { suffix, from, to }: Segment,
    [first, last]: [number, number],
    totals: Map<number, Totals>,
  ): void {
    const table = (name: string, columns: string): string =>
      suffix === 'minute'
        ? `SELECT fn, ${columns} FROM ${name}_minute WHERE minute = ? AND fn BETWEEN ? AND ?`
        : `SELECT fn, ${columns} FROM ${name}_hour WHERE fn BETWEEN ? AND ? AND minute >= ? AND minute < ?`;
    const rows = (name: string, columns: string, each: (of: Totals, row: Row) => void): void => {
      const statement = this.sql(table(name, columns));
      const read = (...values: number[]): void => {
        for (const row of statement.all(...values)) {
          const of = totals.get(number(row, 'fn'));
          if (of) each(of, row);
        }
      };
      if (suffix === 'hour') read(first, last, from, to);
      else {
        const [oldest, newest] = this.minuteBounds(name);
        for (let minute = Math.max(from, oldest); minute < to && minute <= newest; minute++) read(minute, first, last);
      }
    };
    rows('function', 'calls, zero_count, sum_seconds, approximate, buckets', (of, row) => {
      of.calls += number(row, 'calls');
      of.durations.addEncoded(
        row['buckets'] as Uint8Array,
        number(row, 'zero_count'),
        number(row, 'sum_seconds'),
        row['approximate'] === 1,
      );
    });
    rows('error', '(SELECT name FROM error_type WHERE id = type) AS type, count', ({ errors }, row) => {
      errors.set(text(row, 'type'), (errors.get(text(row, 'type')) ?? 0) + number(row, 'count'));
    });
    rows('edge', 'caller, calls, sampled_calls', ({ callers }, row) => {
      const edge = callers.get(number(row, 'caller')) ?? { calls: 0, sampledCalls: 0 };
      edge.calls += number(row, 'calls');
      edge.sampledCalls += number(row, 'sampled_calls');
      callers.set(number(row, 'caller'), edge);
    });
  }

  /** First and last minute a table has: an empty stretch of time would cost a look-up for every minute. */
  private minuteBounds(name: string): [oldest: number, newest: number] {
    const row = this.sql(
      `SELECT (SELECT min(minute) FROM ${name}_minute) AS oldest, (SELECT max(minute) FROM ${name}_minute) AS newest`,
    ).get();
    return row?.['oldest'] == null ? [0, -1] : [number(row, 'oldest'), number(row, 'newest')];
  }

  private callers(totals: Iterable<Totals>): Map<number, CallerKey> {
    const ids = new Set<number>();
    for (const { callers } of totals) for (const id of callers.keys()) ids.add(id);
    const callers = new Map<number, CallerKey>();
    if (ids.has(0)) callers.set(0, 'entry');
    const statement = this.sql('SELECT * FROM caller WHERE id IN (SELECT value FROM json_each(?))');
    for (const row of statement.iterate(JSON.stringify([...ids]))) {
      callers.set(number(row, 'id'), {
        service: text(row, 'service'),
        fn: {
          path: text(row, 'path'),
          name: text(row, 'name'),
          line: number(row, 'line'),
          column: number(row, 'column'),
        },
      });
    }
    return callers;
  }

  private observedSeconds(deployment: number, from: Minute): number {
    const hours = this.sql('SELECT sum(seconds) AS n FROM coverage_hour WHERE deployment = ? AND minute >= ?');
    let seconds = Number(hours.get(deployment, hourStart(from))?.['n'] ?? 0);
    const minutes = this.sql('SELECT low, high FROM coverage_minute WHERE deployment = ? AND minute >= ?');
    for (const row of minutes.iterate(deployment, from))
      seconds += coveredSeconds(number(row, 'low'), number(row, 'high'));
    return seconds;
  }

  private windowStart(fromMinute: Minute): Minute {
    return fromMinute < this.clock.minuteCutoff ? hourStart(fromMinute) : fromMinute;
  }

  private sql(query: string): StatementSync {
    let statement = this.statements.get(query);
    if (!statement) {
      statement = this.database.prepare(query);
      this.statements.set(query, statement);
    }
    return statement;
  }
}

function emptyTotals(): Totals {
  return { calls: 0, durations: new HistogramSum(), errors: new Map(), callers: new Map() };
}

function addTo(sums: Map<number, number>, rows: Iterable<Row>): void {
  for (const row of rows) sums.set(number(row, 'id'), (sums.get(number(row, 'id')) ?? 0) + number(row, 'n'));
}

function number(row: Row | undefined, column: string): number {
  return Number(row?.[column]);
}

function text(row: Row, column: string): string {
  return String(row[column]);
}
