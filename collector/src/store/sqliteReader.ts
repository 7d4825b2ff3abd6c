import { emptyHistogram } from '@hindcast/core/histogram';
import { addCount, emptyTotals, type FunctionTotals } from './functionTotals.js';
import { HistogramSum } from './histogramSum.js';
import { mergedCallers, mergedEdges, mergedEntryPoints } from './mergedTotals.js';
import type { DataSource, FunctionKey, Minute } from './model.js';
import { numberTables } from './numberTables.js';
import { number, text, type PreparedStatements, type Row } from './preparedStatements.js';
import { windowStart } from './readSegments.js';
import type { SqliteCoverage } from './sqliteCoverage.js';
import type { SqliteNames } from './sqliteNames.js';
import { addDurations, allKeys, keysOf, type SqliteNumbers } from './sqliteNumbers.js';
import type { StoreClock } from './sqliteSchema.js';
import type {
  DependencyTotal,
  DeploymentRecord,
  DeploymentSummary,
  EdgeTotal,
  EntryPointRecord,
  EntryTotal,
  FileRecord,
  FunctionRecord,
  FunctionTotal,
} from './store.js';
import { MINUTE_MS } from './storeTime.js';

/** Reads for the query service. */
export class SqliteReader {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly names: SqliteNames,
    private readonly numbers: SqliteNumbers,
    private readonly coverage: SqliteCoverage,
    private readonly clock: StoreClock,
  ) {}

  findFiles(paths: readonly string[]): FileRecord[] {
    return this.statements
      .of('SELECT * FROM file WHERE path IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(paths))
      .map(fileRecord);
  }

  readFiles(deploymentIds: readonly number[]): FileRecord[] {
    return this.statements
      .of('SELECT * FROM file WHERE deployment IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(deploymentIds))
      .map(fileRecord);
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): DeploymentRecord[] {
    const from = this.windowStart(fromMinute);
    const rows = ids
      ? this.statements
          .of('SELECT * FROM deployment WHERE id IN (SELECT value FROM json_each(?))')
          .all(JSON.stringify(ids))
      : this.statements.of('SELECT * FROM deployment WHERE last_seen_ms >= ?').all(from * MINUTE_MS);
    return rows.map((row) => {
      const id = number(row, 'id');
      const instances = this.statements.of(
        'SELECT count(*) AS n FROM instance WHERE deployment = ? AND last_seen_ms >= ?',
      );
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
        observedSeconds: this.coverage.observedSeconds(id, from),
      };
    });
  }

  readFunctions(fileIds: readonly number[], fromMinute: Minute): FunctionRecord[] {
    return this.functionRecords('file.id', fileIds, fromMinute);
  }

  readFunctionsById(functionIds: readonly number[], fromMinute: Minute): FunctionRecord[] {
    return this.functionRecords('function.id', functionIds, fromMinute);
  }

  readFunctionTotals(deploymentIds: readonly number[], fromMinute: Minute): FunctionTotal[] {
    const rows = this.currentFunctions('file.deployment', deploymentIds);
    const totals = this.numbers.ownTotals(
      rows.map((row) => number(row, 'id')),
      fromMinute,
    );
    return rows.map((row) => {
      const of = totals.get(number(row, 'id'));
      const declaredSince = row['declared_since_ms'];
      return {
        id: number(row, 'id'),
        fileId: number(row, 'file'),
        fn: functionKey(row),
        declaredSinceMs: declaredSince === null ? undefined : Number(declaredSince),
        calls: of?.calls ?? 0,
        errors: of ? sum(of.errors.values()) : 0,
        durations: of?.durations.value() ?? emptyHistogram,
      };
    });
  }

  readEdges(deploymentIds: readonly number[], fromMinute: Minute): EdgeTotal[] {
    const wanted = new Set(this.functionIds(deploymentIds));
    const edges: { functionId: number; caller: number; calls: number; sampledCalls: number }[] = [];
    this.numbers.read(numberTables.edge, keysOf([...wanted]), fromMinute, ({ key, second, count, more }) => {
      if (wanted.has(key)) edges.push({ functionId: key, caller: second, calls: count, sampledCalls: more[0] ?? 0 });
    });
    const callers = this.names.callers(edges.map(({ caller }) => caller));
    return mergedEdges(
      edges.flatMap(({ caller: id, ...edge }) => {
        const caller = callers.get(id);
        return caller ? [{ ...edge, caller }] : [];
      }),
    );
  }

  /** Also those of superseded functions. */
  functionIds(deploymentIds: readonly number[]): number[] {
    return this.statements
      .of(
        `SELECT function.id FROM file JOIN function ON function.file = file.id
         WHERE deployment IN (SELECT value FROM json_each(?))`,
      )
      .all(JSON.stringify(deploymentIds))
      .map((row) => number(row, 'id'));
  }

  private currentFunctions(column: string, ids: readonly number[]): Row[] {
    return this.statements
      .of(
        `SELECT function.*, file.path FROM file JOIN function ON function.file = file.id
         WHERE ${column} IN (SELECT value FROM json_each(?)) AND (declared_hash IS NULL OR declared_hash = content_hash)`,
      )
      .all(JSON.stringify(ids));
  }

  private functionRecords(column: string, of: readonly number[], fromMinute: Minute): FunctionRecord[] {
    const rows = this.currentFunctions(column, of);
    const ids = new Set(rows.map((row) => number(row, 'id')));
    const totals = this.numbers.functionTotals([...ids], fromMinute);
    // A range may hold functions of other files.
    const own = [...totals].filter(([id]) => ids.has(id)).map(([, of]) => of);
    const errorTypes = this.names.errorTypes(own.flatMap(({ errors }) => [...errors.keys()]));
    const callers = this.names.callers(own.flatMap((of) => [...of.callers.keys()]));
    const entryPoints = this.names.entryPoints(own.flatMap(({ entries }) => [...entries.keys()]));
    const dependencies = this.dependencyTotals(own);
    return rows.map((row) => {
      const lastCalled = row['last_called_minute'];
      const declaredSince = row['declared_since_ms'];
      const of = totals.get(number(row, 'id')) ?? emptyTotals();
      const errors = new Map<string, number>();
      for (const [id, count] of of.errors) addCount(errors, errorTypes.get(id) ?? '', count);
      const errorOrigins = new Map([...of.errorOrigins].map(([id, origins]) => [errorTypes.get(id) ?? '', origins]));
      return {
        id: number(row, 'id'),
        fileId: number(row, 'file'),
        fn: functionKey(row),
        endLine: number(row, 'end_line'),
        bodyHash: text(row, 'body_hash'),
        declaredSinceMs: declaredSince === null ? undefined : Number(declaredSince),
        lastCalledMs: lastCalled === null ? undefined : Number(lastCalled) * MINUTE_MS,
        calls: of.calls,
        durations: of.durations.value(),
        errors,
        errorOrigins,
        callers: mergedCallers(
          [...of.callers].flatMap(([id, { calls, sampledCalls }]) => {
            const caller = callers.get(id);
            return caller ? [{ caller, calls, sampledCalls }] : [];
          }),
        ),
        entryPoints: [...of.entries].flatMap(([id, calls]): EntryTotal[] => {
          const entryPoint = entryPoints.get(id);
          return id === 0 || entryPoint ? [{ entryPoint, calls }] : [];
        }),
        dependencies: dependencies(of),
      };
    });
  }

  readEntryPoints(fromMinute: Minute): EntryPointRecord[] {
    const everything = allKeys('SELECT id FROM entry_point');
    const sums = new Map<number, { calls: number; durations: HistogramSum; errors: Map<number, number> }>();
    const of = (id: number) => {
      const known = sums.get(id) ?? { calls: 0, durations: new HistogramSum(), errors: new Map<number, number>() };
      sums.set(id, known);
      return known;
    };
    this.numbers.read(numberTables.entry, everything, fromMinute, (row) => {
      of(row.key).calls += row.count;
      addDurations(of(row.key).durations, row);
    });
    this.numbers.read(numberTables.entryError, everything, fromMinute, ({ key, second: type, count }) =>
      addCount(of(key).errors, type, count),
    );
    const errorTypes = this.names.errorTypes([...sums.values()].flatMap(({ errors }) => [...errors.keys()]));
    const records: EntryPointRecord[] = [];
    const rows = this.statements.of(
      `SELECT entry_point.id, entry_point.deployment, kind, entry_point.name AS entry_name, path, function.name, line, column
       FROM entry_point JOIN deployment ON deployment.id = entry_point.deployment
       LEFT JOIN function ON function.id = fn LEFT JOIN file ON file.id = function.file
       WHERE entry_point.id IN (SELECT value FROM json_each(?)) AND last_seen_ms >= ?`,
    );
    const fromMs = this.windowStart(fromMinute) * MINUTE_MS;
    for (const row of rows.all(JSON.stringify([...sums.keys()]), fromMs)) {
      const sum = sums.get(number(row, 'id'));
      if (!sum) continue;
      const errors = new Map<string, number>();
      for (const [id, count] of sum.errors) addCount(errors, errorTypes.get(id) ?? '', count);
      records.push({
        deploymentId: number(row, 'deployment'),
        entryPoint: { kind: text(row, 'kind'), name: text(row, 'entry_name') },
        fn: row['path'] === null ? undefined : functionKey(row),
        calls: sum.calls,
        durations: sum.durations.value(),
        errors,
      });
    }
    return mergedEntryPoints(records);
  }

  summarise(fromMinute: Minute): Map<number, DeploymentSummary> {
    const from = this.windowStart(fromMinute);
    const totals = this.numbers.deploymentTotals(fromMinute);
    const dependencies = this.dependencyTotals(totals.values());
    const drops = new Map<number, Map<string, number>>();
    this.numbers.read(
      numberTables.drop,
      allKeys('SELECT id FROM deployment'),
      fromMinute,
      ({ key, text: reason, count }) => {
        const reasons = drops.get(key) ?? new Map<string, number>();
        addCount(reasons, reason, count);
        drops.set(key, reasons);
      },
    );
    const summaries = new Map<number, { -readonly [K in keyof DeploymentSummary]: DeploymentSummary[K] }>();
    const files = this.statements.of(
      `SELECT deployment.id, count(nullif(path, '')) AS files, count(nullif(not_observed_reason, '')) AS not_observed
       FROM deployment LEFT JOIN file ON file.deployment = deployment.id GROUP BY deployment.id`,
    );
    for (const row of files.all()) {
      const id = number(row, 'id');
      const of = totals.get(id) ?? emptyTotals();
      summaries.set(id, {
        files: number(row, 'files'),
        filesNotObserved: number(row, 'not_observed'),
        functionsDeclared: 0,
        declaredRan: 0,
        functionsSeen: 0,
        seenRan: 0,
        calls: of.calls,
        errors: sum(of.errors.values()),
        dependencies: dependencies(of),
        drops: drops.get(id) ?? new Map<string, number>(),
      });
    }
    const functions = this.statements.of(
      `SELECT deployment, count(*) AS functions, count(declared_hash) AS declared,
         sum(ran) AS ran, sum(ran AND declared_hash IS NOT NULL) AS declared_ran
       FROM (SELECT deployment, declared_hash, coalesce(last_called_minute >= ?, 0) AS ran
         FROM file JOIN function ON function.file = file.id WHERE declared_hash IS NULL OR declared_hash = content_hash)
       GROUP BY deployment`,
    );
    for (const row of functions.all(from)) {
      const summary = summaries.get(number(row, 'deployment'));
      if (!summary) continue;
      summary.functionsDeclared = number(row, 'declared');
      summary.declaredRan = number(row, 'declared_ran');
      summary.functionsSeen = number(row, 'functions') - number(row, 'declared');
      summary.seenRan = number(row, 'ran') - number(row, 'declared_ran');
    }
    return summaries;
  }

  oldestMs(): number | undefined {
    const row = this.statements
      .of(
        'SELECT min(m) AS minute FROM (SELECT min(minute) AS m FROM coverage_minute UNION ALL SELECT min(minute) FROM coverage_hour)',
      )
      .get();
    return row?.['minute'] == null ? undefined : Number(row['minute']) * MINUTE_MS;
  }

  /** Gives the dependencies of one of these totals by name. */
  private dependencyTotals(all: Iterable<FunctionTotals>): (of: FunctionTotals) => DependencyTotal[] {
    const names = this.names.dependencies([...all].flatMap((of) => [...of.dependencies.keys()]));
    return (of) =>
      [...of.dependencies].flatMap(([id, { calls, errors, durations }]) => {
        const dependency = names.get(id);
        return dependency ? [{ dependency, calls, errors, durations: durations.value() }] : [];
      });
  }

  private windowStart(fromMinute: Minute): Minute {
    return windowStart(fromMinute, this.clock);
  }
}

function fileRecord(row: Row): FileRecord {
  return {
    id: number(row, 'id'),
    deploymentId: number(row, 'deployment'),
    path: text(row, 'path'),
    contentHash: text(row, 'content_hash'),
    notObservedReason: text(row, 'not_observed_reason'),
  };
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

function functionKey(row: Row): FunctionKey {
  return { path: text(row, 'path'), name: text(row, 'name'), line: number(row, 'line'), column: number(row, 'column') };
}
