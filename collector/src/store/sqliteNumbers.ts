import type { Minute } from './model.js';
import { addCount, dependencyOf, emptyTotals, type FunctionTotals } from './functionTotals.js';
import type { HistogramSum } from './histogramSum.js';
import { numberTables, type NumberTable } from './numberTables.js';
import { AT_MINUTES, number, text, type PreparedStatements, type Row } from './preparedStatements.js';
import { segmentsSince } from './readSegments.js';
import type { StoreClock } from './sqliteSchema.js';

/** First keys of a table of numbers. */
export interface Keys {
  readonly first: number;
  readonly last: number;
  /** A query of the same keys, as `id`: the tables by hour are looked up by each instead of being read whole. */
  readonly owners: string | undefined;
}

export function keyRange(first: number, last: number): Keys {
  return { first, last, owners: undefined };
}

export function allKeys(owners: string, [first, last] = [1, Number.MAX_SAFE_INTEGER]): Keys {
  return { first, last, owners };
}

/** Adds up numbers over a window. */
export class SqliteNumbers {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly clock: StoreClock,
  ) {}

  /** Everything of the functions with ids in these ranges since the minute, by id. */
  functionTotals(ranges: readonly (readonly [number, number])[], fromMinute: Minute): Map<number, FunctionTotals> {
    const totals = new Map<number, FunctionTotals>();
    const of = (row: Row): FunctionTotals => {
      const id = number(row, 'fn');
      const known = totals.get(id) ?? emptyTotals();
      totals.set(id, known);
      return known;
    };
    for (const [first, last] of ranges) {
      const range = keyRange(first, last);
      this.read(numberTables.function, range, fromMinute, (row) => {
        const at = of(row);
        at.calls += number(row, 'calls');
        addDurations(at.durations, row);
      });
      this.read(numberTables.error, range, fromMinute, (row) =>
        addCount(of(row).errors, number(row, 'type'), number(row, 'count')),
      );
      this.read(numberTables.edge, range, fromMinute, (row) => {
        const { callers } = of(row);
        const edge = callers.get(number(row, 'caller')) ?? { calls: 0, sampledCalls: 0 };
        edge.calls += number(row, 'calls');
        edge.sampledCalls += number(row, 'sampled_calls');
        callers.set(number(row, 'caller'), edge);
      });
      this.read(numberTables.functionEntry, range, fromMinute, (row) =>
        addCount(of(row).entries, number(row, 'entry'), number(row, 'calls')),
      );
      this.addDependencies(range, fromMinute, of);
    }
    return totals;
  }

  /** The totals of deployments since the minute, by deployment id: calls, errors and dependencies. */
  deploymentTotals(fromMinute: Minute): Map<number, FunctionTotals> {
    const all = allKeys('SELECT -id AS id FROM deployment', [-Number.MAX_SAFE_INTEGER, -1]);
    const totals = new Map<number, FunctionTotals>();
    const of = (row: Row): FunctionTotals => {
      const id = -number(row, 'fn');
      const known = totals.get(id) ?? emptyTotals();
      totals.set(id, known);
      return known;
    };
    this.read(numberTables.function, all, fromMinute, (row) => (of(row).calls += number(row, 'calls')));
    this.read(numberTables.error, all, fromMinute, (row) =>
      addCount(of(row).errors, number(row, 'type'), number(row, 'count')),
    );
    this.addDependencies(all, fromMinute, of);
    return totals;
  }

  /** The sums of a table since the minute, each number once, for those of these keys that have any; see `sumsOf`. */
  read(table: NumberTable, keys: Keys, fromMinute: Minute, each: (row: Row) => void): void {
    for (const { suffix, from, to } of segmentsSince(fromMinute, this.clock)) {
      const rows = suffix === 'hour' ? this.hours(table, keys, from, to) : this.minutes(table, keys, from, to - 1);
      for (const row of rows) each(row);
    }
  }

  private hours(table: NumberTable, { first, last, owners }: Keys, from: Minute, to: Minute): Row[] {
    const { name, key } = table;
    const window = 'minute >= ? AND minute < ?';
    const group = `GROUP BY ${key.join(', ')}`;
    return owners
      ? this.statements
          .of(
            `SELECT ${sumsOf(table)} FROM (${owners}) AS owner
             CROSS JOIN ${name}_hour AS numbers ON numbers.${key[0]} = owner.id AND ${window} ${group}`,
          )
          .all(from, to)
      : this.statements
          .of(
            `SELECT ${sumsOf(table)} FROM ${name}_hour AS numbers WHERE ${key[0]} BETWEEN ? AND ? AND ${window} ${group}`,
          )
          .all(first, last, from, to);
  }

  private minutes(table: NumberTable, { first, last }: Keys, from: Minute, to: Minute): Row[] {
    const { name, key } = table;
    const bounds = this.minuteBounds(name);
    const [start, end] = [Math.max(from, bounds[0]), Math.min(to, bounds[1])];
    if (start > end) return [];
    return this.statements
      .of(
        `${AT_MINUTES} SELECT ${sumsOf(table)} FROM at CROSS JOIN ${name}_minute AS numbers
         ON numbers.minute = at.minute AND ${key[0]} BETWEEN ?3 AND ?4 GROUP BY ${key.join(', ')}`,
      )
      .all(start, end, first, last);
  }

  private addDependencies(range: Keys, fromMinute: Minute, of: (row: Row) => FunctionTotals): void {
    this.read(numberTables.dependency, range, fromMinute, (row) => {
      const at = dependencyOf(of(row), number(row, 'dependency'));
      at.calls += number(row, 'calls');
      addDurations(at.durations, row);
    });
    this.read(numberTables.dependencyError, range, fromMinute, (row) => {
      dependencyOf(of(row), number(row, 'dependency')).errors += number(row, 'count');
    });
  }

  /** First and last minute a table has: an empty stretch of time would cost a look-up for every minute. */
  private minuteBounds(name: string): [oldest: number, newest: number] {
    const row = this.statements
      .of(
        `SELECT (SELECT min(minute) FROM ${name}_minute) AS oldest, (SELECT max(minute) FROM ${name}_minute) AS newest`,
      )
      .get();
    return row?.['oldest'] == null ? [0, -1] : [number(row, 'oldest'), number(row, 'newest')];
  }
}

/** The columns of a sum: the key, the counts and, of timed ones, the histogram with `buckets` as `addHexBuckets` takes them. */
function sumsOf({ key, counts, isTimed }: NumberTable): string {
  const histogram = [
    'sum(zero_count) AS zero_count',
    'sum(sum_seconds) AS sum_seconds',
    'max(approximate) AS approximate',
    'group_concat(hex(buckets)) AS buckets',
  ];
  return [...key, ...counts.map((count) => `sum(${count}) AS ${count}`), ...(isTimed ? histogram : [])].join(', ');
}

/** Adds the histogram columns of a sum. */
export function addDurations(to: HistogramSum, row: Row): void {
  to.addHex(text(row, 'buckets'), number(row, 'zero_count'), number(row, 'sum_seconds'), row['approximate'] === 1);
}
