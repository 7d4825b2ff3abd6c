import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * A kind of numbers, as `${name}_minute`, `${name}_hour` and `${name}_day` hold it. The columns are, in this order: `minute`, the key, the counts
 * that are added up and, of timed ones, a histogram: `zero_count, sum_seconds, approximate, buckets` (encodedHistogram.ts).
 */
export interface NumberTable {
  readonly name: string;
  /**
   * The first is an id. Of `fn` a negative one is a deployment's: the calls, errors and dependencies of all its functions, and
   * dependencies of none that is known; so a deployment's totals are few rows.
   */
  readonly key: readonly [string, ...string[]];
  readonly counts: readonly string[];
  readonly isTimed: boolean;
}

export const numberTables = {
  function: { name: 'function', key: ['fn'], counts: ['calls'], isTimed: true },
  error: { name: 'error', key: ['fn', 'type', 'origin'], counts: ['count'], isTimed: false },
  edge: { name: 'edge', key: ['fn', 'caller'], counts: ['calls', 'sampled_calls'], isTimed: false },
  drop: { name: 'drop', key: ['deployment', 'reason'], counts: ['count'], isTimed: false },
  entry: { name: 'entry', key: ['entry'], counts: ['calls'], isTimed: true },
  entryError: { name: 'entry_error', key: ['entry', 'type'], counts: ['count'], isTimed: false },
  functionEntry: { name: 'function_entry', key: ['fn', 'entry'], counts: ['calls'], isTimed: false },
  dependency: { name: 'dependency', key: ['fn', 'dependency'], counts: ['calls'], isTimed: true },
  dependencyError: {
    name: 'dependency_error',
    key: ['fn', 'dependency', 'type'],
    counts: ['count'],
    isTimed: false,
  },
  /** Owner 0 is the traces as a whole: then `path_traces` are the partial ones and `self_nanos` the end-to-end time. */
  path: {
    name: 'path',
    key: ['entry', 'owner'],
    counts: ['traces', 'path_traces', 'self_nanos', 'saves_nanos', 'bound_traces'],
    isTimed: false,
  },
} as const satisfies Record<string, NumberTable>;

export type NumberTableName = keyof typeof numberTables;

/** In the order in which hours and days are rolled up. */
export const numberTableNames = Object.keys(numberTables) as NumberTableName[];

export type Resolution = 'minute' | 'hour' | 'day';

/** One statement for each table: it takes the values of all columns and adds them to what is there. */
export type AddStatements = Readonly<Record<NumberTableName, StatementSync>>;

export function addStatements(database: DatabaseSync, resolution: Resolution): AddStatements {
  return Object.fromEntries(
    Object.entries(numberTables).map(([name, table]) => [name, database.prepare(addSql(table, resolution))]),
  ) as unknown as AddStatements;
}

const HISTOGRAM_COLUMNS = ['zero_count', 'sum_seconds', 'approximate', 'buckets'];

function addSql({ name, key, counts, isTimed }: NumberTable, resolution: Resolution): string {
  const columns = ['minute', ...key, ...counts, ...(isTimed ? HISTOGRAM_COLUMNS : [])];
  const sums = [...counts, ...(isTimed ? ['zero_count', 'sum_seconds'] : [])].map(
    (it) => `${it} = ${it} + excluded.${it}`,
  );
  const merged = isTimed
    ? ['approximate = approximate | excluded.approximate', 'buckets = merge_buckets(buckets, excluded.buckets)']
    : [];
  return `INSERT INTO ${name}_${resolution} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT DO UPDATE SET ${[...sums, ...merged].join(', ')}`;
}
