import { setImmediate } from 'node:timers/promises';
import { coveredSeconds } from './coverage.js';
import { addCount, dependencyOf, emptyTotals, type FunctionTotals } from './functionTotals.js';
import { HistogramSum } from './histogramSum.js';
import { mergedEdges, mergedEntryPoints } from './mergedTotals.js';
import type { DependencyKey, Minute } from './model.js';
import { numberTables, type NumberTable } from './numberTables.js';
import { number, text, type PreparedStatements, type Row } from './preparedStatements.js';
import type { SqliteNames } from './sqliteNames.js';
import type { StoreClock } from './sqliteSchema.js';
import type { DependencyTotal, DeploymentMinute, EdgeTotal, EntryPointRecord, EntryTotal } from './store.js';

const READ: readonly NumberTable[] = [
  numberTables.function,
  numberTables.error,
  numberTables.edge,
  numberTables.functionEntry,
  numberTables.dependency,
  numberTables.dependencyError,
  numberTables.entry,
  numberTables.entryError,
];

/** Reads everything minute by minute; lets others have their turn after each. */
export class SqliteMinutes {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly names: SqliteNames,
    private readonly clock: StoreClock,
  ) {}

  async *read(
    deploymentIds: readonly number[],
    fromMinute: Minute,
    toMinute: Minute,
  ): AsyncGenerator<DeploymentMinute> {
    const ids = deploymentIds.toSorted((a, b) => a - b);
    for (let minute = this.nextMinute(ids, fromMinute); minute < toMinute; minute = this.nextMinute(ids, minute + 1)) {
      yield* this.minuteOf(ids, minute);
      await setImmediate();
    }
  }

  /** The first minute from this one on in which there is anything: a long empty stretch costs nothing. */
  private nextMinute(deploymentIds: readonly number[], fromMinute: Minute): Minute {
    const first = [
      `SELECT min((SELECT min(minute) FROM coverage_minute WHERE deployment = value AND minute >= ?1)) AS minute
       FROM json_each(?2)`,
      ...READ.map(({ name }) => `SELECT min(minute) FROM ${name}_minute WHERE minute >= ?1`),
    ];
    const row = this.statements
      .of(`SELECT min(minute) AS minute FROM (${first.join(' UNION ALL ')})`)
      .get(Math.max(fromMinute, this.clock.minuteCutoff), JSON.stringify(deploymentIds));
    return row?.['minute'] == null ? Infinity : number(row, 'minute');
  }

  private minuteOf(deploymentIds: readonly number[], minute: Minute): DeploymentMinute[] {
    const observed = new Map<number, number>();
    const coverage = this.statements.of('SELECT low, high FROM coverage_minute WHERE deployment = ? AND minute = ?');
    for (const id of deploymentIds) {
      const row = coverage.get(id, minute);
      if (row) observed.set(id, coveredSeconds(number(row, 'low'), number(row, 'high')));
    }
    const functions = this.functions(deploymentIds, minute);
    const entryPoints = this.entryPoints(deploymentIds, minute);
    return deploymentIds.flatMap((deploymentId): DeploymentMinute[] => {
      const own = functions.get(deploymentId);
      const entries = entryPoints.get(deploymentId) ?? [];
      const observedSeconds = observed.get(deploymentId) ?? 0;
      if (!own && entries.length === 0 && observedSeconds === 0) return [];
      const all = [...(own ?? [])];
      const errorTypes = this.names.errorTypes(all.flatMap(([, { errors }]) => [...errors.keys()]));
      const callers = this.names.callers(all.flatMap(([, of]) => [...of.callers.keys()]));
      const entryNames = this.names.entryPoints(all.flatMap(([, of]) => [...of.entries.keys()]));
      const dependencyNames = this.names.dependencies(all.flatMap(([, of]) => [...of.dependencies.keys()]));
      return [
        {
          deploymentId,
          minute,
          observedSeconds,
          functions: all
            .filter(([, { calls, errors, durations }]) => calls > 0 || errors.size > 0 || durations.value().count > 0)
            .map(([functionId, { calls, durations, errors }]) => ({
              functionId,
              calls,
              durations: durations.value(),
              errors: namedCounts(errors, errorTypes),
            })),
          edges: mergedEdges(
            all.flatMap(([functionId, of]) =>
              [...of.callers].flatMap(([id, { calls, sampledCalls }]): EdgeTotal[] => {
                const caller = callers.get(id);
                return caller ? [{ functionId, caller, calls, sampledCalls }] : [];
              }),
            ),
          ),
          entryPoints: mergedEntryPoints(entries).map(({ entryPoint, calls, durations, errors }) => ({
            entryPoint,
            calls,
            durations,
            errors,
          })),
          functionEntries: all.flatMap(([functionId, { entries: of }]) =>
            [...of].flatMap(([id, calls]): (EntryTotal & { functionId: number })[] => {
              const entryPoint = entryNames.get(id);
              return id === 0 || entryPoint ? [{ functionId, entryPoint, calls }] : [];
            }),
          ),
          dependencies: all.flatMap(([functionId, of]) =>
            dependencyTotals(of, dependencyNames).map((it) => ({ ...it, functionId })),
          ),
        },
      ];
    });
  }

  private functions(deploymentIds: readonly number[], minute: Minute): Map<number, Map<number, FunctionTotals>> {
    const deployments = new Map<number, Map<number, FunctionTotals>>();
    const of = (row: Row): FunctionTotals => {
      const [deployment, id] = [number(row, 'deployment'), number(row, 'fn')];
      const functions = deployments.get(deployment) ?? new Map<number, FunctionTotals>();
      deployments.set(deployment, functions);
      const totals = functions.get(id) ?? emptyTotals();
      functions.set(id, totals);
      return totals;
    };
    const rows = (table: NumberTable): Iterable<Row> =>
      this.statements
        .of(
          `SELECT numbers.*, deployment FROM ${table.name}_minute AS numbers
           CROSS JOIN function ON function.id = fn CROSS JOIN file ON file.id = function.file
           WHERE numbers.minute = ? AND fn > 0 AND deployment IN (SELECT value FROM json_each(?))`,
        )
        .all(minute, JSON.stringify(deploymentIds));
    for (const row of rows(numberTables.function)) {
      of(row).calls += number(row, 'calls');
      addEncoded(of(row).durations, row);
    }
    for (const row of rows(numberTables.error)) addCount(of(row).errors, number(row, 'type'), number(row, 'count'));
    for (const row of rows(numberTables.edge)) {
      of(row).callers.set(number(row, 'caller'), {
        calls: number(row, 'calls'),
        sampledCalls: number(row, 'sampled_calls'),
      });
    }
    for (const row of rows(numberTables.functionEntry)) {
      addCount(of(row).entries, number(row, 'entry'), number(row, 'calls'));
    }
    for (const row of rows(numberTables.dependency)) {
      const at = dependencyOf(of(row), number(row, 'dependency'));
      at.calls += number(row, 'calls');
      addEncoded(at.durations, row);
    }
    for (const row of rows(numberTables.dependencyError)) {
      dependencyOf(of(row), number(row, 'dependency')).errors += number(row, 'count');
    }
    return deployments;
  }

  private entryPoints(deploymentIds: readonly number[], minute: Minute): Map<number, EntryPointRecord[]> {
    const sums = new Map<number, { row: Row; calls: number; durations: HistogramSum; errors: Map<number, number> }>();
    const of = (row: Row) => {
      const id = number(row, 'entry');
      const known = sums.get(id) ?? { row, calls: 0, durations: new HistogramSum(), errors: new Map<number, number>() };
      sums.set(id, known);
      return known;
    };
    const rows = ({ name }: NumberTable): Iterable<Row> =>
      this.statements
        .of(
          `SELECT numbers.*, deployment, kind, name FROM ${name}_minute AS numbers
           CROSS JOIN entry_point ON entry_point.id = entry
           WHERE minute = ? AND deployment IN (SELECT value FROM json_each(?))`,
        )
        .all(minute, JSON.stringify(deploymentIds));
    for (const row of rows(numberTables.entry)) {
      of(row).calls += number(row, 'calls');
      addEncoded(of(row).durations, row);
    }
    for (const row of rows(numberTables.entryError)) {
      addCount(of(row).errors, number(row, 'type'), number(row, 'count'));
    }
    const errorTypes = this.names.errorTypes([...sums.values()].flatMap(({ errors }) => [...errors.keys()]));
    const records = new Map<number, EntryPointRecord[]>();
    for (const { row, calls, durations, errors } of sums.values()) {
      const deploymentId = number(row, 'deployment');
      const record = {
        deploymentId,
        entryPoint: { kind: text(row, 'kind'), name: text(row, 'name') },
        fn: undefined,
        calls,
        durations: durations.value(),
        errors: namedCounts(errors, errorTypes),
      };
      records.set(deploymentId, [...(records.get(deploymentId) ?? []), record]);
    }
    return records;
  }
}

function namedCounts(counts: ReadonlyMap<number, number>, names: ReadonlyMap<number, string>): Map<string, number> {
  const named = new Map<string, number>();
  for (const [id, count] of counts) addCount(named, names.get(id) ?? '', count);
  return named;
}

function dependencyTotals(
  { dependencies }: FunctionTotals,
  names: ReadonlyMap<number, DependencyKey>,
): DependencyTotal[] {
  return [...dependencies].flatMap(([id, { calls, errors, durations }]) => {
    const dependency = names.get(id);
    return dependency ? [{ dependency, calls, errors, durations: durations.value() }] : [];
  });
}

function addEncoded(to: HistogramSum, row: Row): void {
  to.addEncoded(
    row['buckets'] as Uint8Array,
    number(row, 'zero_count'),
    number(row, 'sum_seconds'),
    row['approximate'] === 1,
  );
}
