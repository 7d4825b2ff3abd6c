import type { ErrorOrigin, Minute } from './model.js';
import { addCount, addOrigin, dependencyOf, emptyTotals, type FunctionTotals } from './functionTotals.js';
import type { HistogramSum } from './histogramSum.js';
import { numberTables, type NumberTable, type Resolution } from './numberTables.js';
import type { MinuteBlocks } from './minuteBlocks.js';
import { AT_MINUTES, number, text, type PreparedStatements, type Row } from './preparedStatements.js';
import { idRanges, segmentsSince } from './readSegments.js';
import type { StoreClock } from './sqliteSchema.js';

/** First keys of a table of numbers. */
export interface Keys {
  /** Ranges that hold them, and perhaps others: for tables that have the time first. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** A query of exactly these keys, as `id`: tables that have the key first are looked up by each. */
  readonly owners: string;
  /** The query's only parameter, when it has one. */
  readonly ids: string | undefined;
}

export function keysOf(ids: readonly number[]): Keys {
  return { ranges: idRanges(ids), owners: 'SELECT value AS id FROM json_each(?3)', ids: JSON.stringify(ids) };
}

/** @param owners a query of all keys there are, as `id` */
export function allKeys(owners: string, [first, last] = [1, Number.MAX_SAFE_INTEGER]): Keys {
  return { ranges: [[first, last]], owners, ids: undefined };
}

/** Adds up numbers over a window. */
export class SqliteNumbers {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly clock: StoreClock,
    private readonly blocks: MinuteBlocks,
  ) {}

  /** Everything of these functions since the minute, by id; also of a few others. */
  functionTotals(functionIds: readonly number[], fromMinute: Minute): Map<number, FunctionTotals> {
    const { totals, of } = totalsById((row) => number(row, 'fn'));
    const keys = keysOf(functionIds);
    this.addOwn(keys, fromMinute, of);
    this.read(numberTables.edge, keys, fromMinute, (row) => {
      const { callers } = of(row);
      const edge = callers.get(number(row, 'caller')) ?? { calls: 0, sampledCalls: 0 };
      edge.calls += number(row, 'calls');
      edge.sampledCalls += number(row, 'sampled_calls');
      callers.set(number(row, 'caller'), edge);
    });
    this.read(numberTables.functionEntry, keys, fromMinute, (row) =>
      addCount(of(row).entries, number(row, 'entry'), number(row, 'calls')),
    );
    this.addDependencies(keys, fromMinute, of);
    return totals;
  }

  /** Calls, durations and errors of these functions since the minute, by id; also of a few others. */
  ownTotals(functionIds: readonly number[], fromMinute: Minute): Map<number, FunctionTotals> {
    const { totals, of } = totalsById((row) => number(row, 'fn'));
    this.addOwn(keysOf(functionIds), fromMinute, of);
    return totals;
  }

  /** The totals of deployments since the minute, by deployment id: calls, errors and dependencies. */
  deploymentTotals(fromMinute: Minute): Map<number, FunctionTotals> {
    const all = allKeys('SELECT -id AS id FROM deployment', [-Number.MAX_SAFE_INTEGER, -1]);
    const { totals, of } = totalsById((row) => -number(row, 'fn'));
    this.read(numberTables.function, all, fromMinute, (row) => (of(row).calls += number(row, 'calls')));
    this.read(numberTables.error, all, fromMinute, (row) =>
      addCount(of(row).errors, number(row, 'type'), number(row, 'count')),
    );
    this.addDependencies(all, fromMinute, of);
    return totals;
  }

  /** The sums of a table since the minute, each number once, for those of these keys that have any; see `sumsOf`. */
  read(table: NumberTable, keys: Keys, fromMinute: Minute, each: (row: Row) => void): void {
    this.readPieces(table, keys, fromMinute, undefined, each);
  }

  /** The same by pieces of time (`readSeries` of store.ts): the column `piece` is where one begins. */
  readPieces(
    table: NumberTable,
    keys: Keys,
    fromMinute: Minute,
    widthMinutes: number | undefined,
    each: (row: Row) => void,
  ): void {
    for (const { suffix, from, to } of segmentsSince(fromMinute, this.clock, widthMinutes)) {
      if (suffix === 'minute') this.minutes(table, keys, from, to - 1, widthMinutes, each);
      else for (const row of this.rolled(table, suffix, keys, from, to, widthMinutes)) each(row);
    }
  }

  private rolled(
    table: NumberTable,
    suffix: Exclude<Resolution, 'minute'>,
    { owners, ids }: Keys,
    from: Minute,
    to: Minute,
    widthMinutes: number | undefined,
  ): Row[] {
    const { name, key } = table;
    return this.statements
      .of(
        `SELECT ${sumsOf(table, widthMinutes)} FROM (${owners}) AS owner
         CROSS JOIN ${name}_${suffix} AS numbers ON numbers.${key[0]} = owner.id AND minute >= ?1 AND minute < ?2
         ${groupOf(table, widthMinutes)}`,
      )
      .all(from, to, ...(ids === undefined ? [] : [ids]));
  }

  private minutes(
    table: NumberTable,
    { ranges }: Keys,
    from: Minute,
    to: Minute,
    widthMinutes: number | undefined,
    each: (row: Row) => void,
  ): void {
    const { name, key } = table;
    const bounds = this.minuteBounds(name);
    const [start, end] = [Math.max(from, bounds[0]), Math.min(to, bounds[1])];
    if (start > end) return;
    const statement = this.statements.of(
      `${AT_MINUTES} SELECT ${sumsOf(table, widthMinutes)} FROM at CROSS JOIN ${name}_minute AS numbers
       ON numbers.minute = at.minute AND ${key[0]} BETWEEN ?3 AND ?4 ${groupOf(table, widthMinutes)}`,
    );
    const fromDatabase = (first: Minute, last: Minute): void => {
      if (first > last) return;
      for (const range of ranges) for (const row of statement.all(first, last, ...range)) each(row);
    };
    let next = start;
    for (let minute = start; minute <= end; minute++) {
      const block = this.blocks.find(name, minute);
      if (!block) continue;
      fromDatabase(next, minute - 1);
      next = minute + 1;
      for (const [first, last] of ranges) block.each(first, last, widthMinutes, each);
    }
    fromDatabase(next, end);
  }

  private addOwn(keys: Keys, fromMinute: Minute, of: (row: Row) => FunctionTotals): void {
    this.read(numberTables.function, keys, fromMinute, (row) => {
      const at = of(row);
      at.calls += number(row, 'calls');
      addDurations(at.durations, row);
    });
    this.read(numberTables.error, keys, fromMinute, (row) => {
      const { errors, errorOrigins } = of(row);
      const [type, count] = [number(row, 'type'), number(row, 'count')];
      addCount(errors, type, count);
      addOrigin(errorOrigins, type, text(row, 'origin') as ErrorOrigin, count);
    });
  }

  private addDependencies(keys: Keys, fromMinute: Minute, of: (row: Row) => FunctionTotals): void {
    this.read(numberTables.dependency, keys, fromMinute, (row) => {
      const at = dependencyOf(of(row), number(row, 'dependency'));
      at.calls += number(row, 'calls');
      addDurations(at.durations, row);
    });
    this.read(numberTables.dependencyError, keys, fromMinute, (row) => {
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

/** Totals that are made when they are first added to. */
function totalsById(idOf: (row: Row) => number) {
  const totals = new Map<number, FunctionTotals>();
  const of = (row: Row): FunctionTotals => {
    const id = idOf(row);
    let known = totals.get(id);
    if (!known) totals.set(id, (known = emptyTotals()));
    return known;
  };
  return { totals, of };
}

/** The columns of a sum: the key, the counts and, of timed ones, the histogram with `buckets` as `addHexBuckets` takes them. */
function sumsOf({ key, counts, isTimed }: NumberTable, widthMinutes: number | undefined): string {
  const histogram = [
    'sum(zero_count) AS zero_count',
    'sum(sum_seconds) AS sum_seconds',
    'max(approximate) AS approximate',
    'group_concat(hex(buckets)) AS buckets',
  ];
  const piece = widthMinutes === undefined ? [] : [`${pieceOf(widthMinutes)} AS piece`];
  return [...key, ...piece, ...counts.map((count) => `sum(${count}) AS ${count}`), ...(isTimed ? histogram : [])].join(
    ', ',
  );
}

function groupOf({ key }: NumberTable, widthMinutes: number | undefined): string {
  return `GROUP BY ${[...key, ...(widthMinutes === undefined ? [] : [pieceOf(widthMinutes)])].join(', ')}`;
}

function pieceOf(widthMinutes: number): string {
  return `numbers.minute / ${Math.trunc(widthMinutes)} * ${Math.trunc(widthMinutes)}`;
}

/** Adds the histogram columns of a sum, or of a row of a block. */
export function addDurations(to: HistogramSum, row: Row): void {
  const { buckets } = row;
  const rest = [number(row, 'zero_count'), number(row, 'sum_seconds'), row['approximate'] === 1] as const;
  if (typeof buckets === 'string') to.addHex(buckets, ...rest);
  else to.addEncoded(buckets as Uint8Array, ...rest);
}
