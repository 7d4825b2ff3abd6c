import type { ErrorOrigin, Minute } from './model.js';
import { addCount, addOrigin, dependencyOf, emptyTotals, type FunctionTotals } from './functionTotals.js';
import type { HistogramSum } from './histogramSum.js';
import { numberTables, type NumberTable } from './numberTables.js';
import type { MinuteBlocks } from './minuteBlocks.js';
import { NumberRow, rowReader } from './numberBlock.js';
import { AT_MINUTES, number, type PreparedStatements } from './preparedStatements.js';
import { idRanges, segmentsSince, type Segment } from './readSegments.js';
import type { RolledSums } from './rolledSums.js';
import type { StoreClock } from './sqliteSchema.js';
import { pieceStart } from './storeTime.js';

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

/** The sums of hours and days of more keys than this are not remembered. */
const REMEMBERED_KEYS = 10_000;

/** Takes a row before the next one is read into the same object. */
type Give = (row: NumberRow) => void;

/** Adds up numbers over a window. */
export class SqliteNumbers {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly clock: StoreClock,
    private readonly blocks: MinuteBlocks,
    private readonly rolledSums: RolledSums,
  ) {}

  /** Everything of these functions since the minute, by id; also of a few others. */
  functionTotals(functionIds: readonly number[], fromMinute: Minute): Map<number, FunctionTotals> {
    const { totals, of } = totalsById();
    const keys = keysOf(functionIds);
    this.addOwn(keys, fromMinute, of);
    this.read(numberTables.edge, keys, fromMinute, ({ key, second: caller, count, more }) => {
      const { callers } = of(key);
      const edge = callers.get(caller);
      if (edge) {
        edge.calls += count;
        edge.sampledCalls += more[0] ?? 0;
      } else callers.set(caller, { calls: count, sampledCalls: more[0] ?? 0 });
    });
    this.read(numberTables.functionEntry, keys, fromMinute, ({ key, second: entry, count }) =>
      addCount(of(key).entries, entry, count),
    );
    this.addDependencies(keys, fromMinute, of);
    return totals;
  }

  /** Calls, durations and errors of these functions since the minute, by id; also of a few others. */
  ownTotals(functionIds: readonly number[], fromMinute: Minute): Map<number, FunctionTotals> {
    const { totals, of } = totalsById();
    this.addOwn(keysOf(functionIds), fromMinute, of);
    return totals;
  }

  /** The totals of deployments since the minute, by deployment id: calls, errors and dependencies. */
  deploymentTotals(fromMinute: Minute): Map<number, FunctionTotals> {
    const all = allKeys('SELECT -id AS id FROM deployment', [-Number.MAX_SAFE_INTEGER, -1]);
    const { totals, of } = totalsById();
    this.read(numberTables.function, all, fromMinute, ({ key, count }) => (of(-key).calls += count));
    this.read(numberTables.error, all, fromMinute, ({ key, second: type, count }) =>
      addCount(of(-key).errors, type, count),
    );
    this.addDependencies(all, fromMinute, (key) => of(-key));
    return totals;
  }

  /** What a table has since the minute, each number once, for those of these keys that have any: rows to be added up. */
  read(table: NumberTable, keys: Keys, fromMinute: Minute, give: Give): void {
    const segments = segmentsSince(fromMinute, this.clock);
    const rolled = segments.filter(({ suffix }) => suffix !== 'minute');
    const row = new NumberRow();
    if (rolled.length > 0 && isFew(keys)) {
      this.rolledSums.read(table, keys.ranges, rolled, row, give, (owners, into) => {
        for (const segment of rolled) this.rolled(table, segment, owners, undefined, into, new NumberRow());
      });
    } else for (const segment of rolled) this.rolled(table, segment, keys, undefined, give, row);
    for (const segment of segments) {
      if (segment.suffix === 'minute') this.minutes(table, keys, segment, undefined, give, row);
    }
  }

  /** The same by pieces of time (`readSeries` of store.ts). */
  readPieces(table: NumberTable, keys: Keys, fromMinute: Minute, widthMinutes: number, give: Give): void {
    const row = new NumberRow();
    for (const segment of segmentsSince(fromMinute, this.clock, widthMinutes)) {
      if (segment.suffix === 'minute') this.minutes(table, keys, segment, widthMinutes, give, row);
      else this.rolled(table, segment, keys, widthMinutes, give, row);
    }
  }

  private rolled(
    table: NumberTable,
    { suffix, from, to }: Segment,
    { owners, ids }: Pick<Keys, 'owners' | 'ids'>,
    widthMinutes: number | undefined,
    give: Give,
    into: NumberRow,
  ): void {
    const { name, key } = table;
    const rows = this.statements
      .of(
        `SELECT ${columnsOf(table, widthMinutes)} FROM (${owners}) AS owner
         CROSS JOIN ${name}_${suffix} AS numbers ON numbers.${key[0]} = owner.id AND minute >= ?1 AND minute < ?2
         ${groupOf(table, widthMinutes)}`,
      )
      .all(from, to, ...(ids === undefined ? [] : [ids]));
    const read = rowReader(table, into);
    for (const row of rows) give(read(row));
  }

  private minutes(
    table: NumberTable,
    { ranges }: Keys,
    { from, to }: Segment,
    widthMinutes: number | undefined,
    give: Give,
    into: NumberRow,
  ): void {
    const { name, key } = table;
    const bounds = this.minuteBounds(name);
    const [start, end] = [Math.max(from, bounds[0]), Math.min(to - 1, bounds[1])];
    if (start > end) return;
    const read = rowReader(table, into);
    const fromDatabase = (first: Minute, last: Minute): void => {
      if (first > last) return;
      const statement = this.statements.of(
        `${AT_MINUTES} SELECT ${columnsOf(table, widthMinutes)} FROM at CROSS JOIN ${name}_minute AS numbers
         ON numbers.minute = at.minute AND ${key[0]} BETWEEN ?3 AND ?4 ${groupOf(table, widthMinutes)}`,
      );
      for (const range of ranges) for (const row of statement.all(first, last, ...range)) give(read(row));
    };
    let next = start;
    for (let minute = start; minute <= end; minute++) {
      const block = this.blocks.find(name, minute);
      if (!block) continue;
      fromDatabase(next, minute - 1);
      next = minute + 1;
      if (widthMinutes !== undefined) into.piece = pieceStart(minute, widthMinutes);
      for (const [first, last] of ranges) block.each(first, last, into, give);
    }
    fromDatabase(next, end);
  }

  private addOwn(keys: Keys, fromMinute: Minute, of: (key: number) => FunctionTotals): void {
    this.read(numberTables.function, keys, fromMinute, (row) => {
      const at = of(row.key);
      at.calls += row.count;
      addDurations(at.durations, row);
    });
    this.read(numberTables.error, keys, fromMinute, ({ key, second: type, text, count }) => {
      const { errors, errorOrigins } = of(key);
      addCount(errors, type, count);
      addOrigin(errorOrigins, type, text as ErrorOrigin, count);
    });
  }

  private addDependencies(keys: Keys, fromMinute: Minute, of: (key: number) => FunctionTotals): void {
    this.read(numberTables.dependency, keys, fromMinute, (row) => {
      const at = dependencyOf(of(row.key), row.second);
      at.calls += row.count;
      addDurations(at.durations, row);
    });
    this.read(numberTables.dependencyError, keys, fromMinute, ({ key, second: dependency, count }) => {
      dependencyOf(of(key), dependency).errors += count;
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

/** What a person looks at; searches through everything would push that out of memory. */
function isFew({ ids, ranges }: Keys): boolean {
  return ids !== undefined && ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) < REMEMBERED_KEYS;
}

/** Totals that are made when they are first added to. */
function totalsById() {
  const totals = new Map<number, FunctionTotals>();
  let last: FunctionTotals | undefined;
  let lastId = NaN;
  const of = (id: number): FunctionTotals => {
    if (last && id === lastId) return last;
    let known = totals.get(id);
    if (!known) totals.set(id, (known = emptyTotals()));
    lastId = id;
    return (last = known);
  };
  return { totals, of };
}

/** The columns of rows to be added up: sums where the database can make them; histograms one by one, as they are kept. */
function columnsOf({ key, counts, isTimed }: NumberTable, widthMinutes: number | undefined): string {
  const piece = widthMinutes === undefined ? [] : [`${pieceOf(widthMinutes)} AS piece`];
  const values = isTimed
    ? [...counts, 'zero_count', 'sum_seconds', 'approximate', 'buckets']
    : counts.map((count) => `sum(${count}) AS ${count}`);
  return [...key, ...piece, ...values].join(', ');
}

function groupOf({ key, isTimed }: NumberTable, widthMinutes: number | undefined): string {
  return isTimed
    ? ''
    : `GROUP BY ${[...key, ...(widthMinutes === undefined ? [] : [pieceOf(widthMinutes)])].join(', ')}`;
}

function pieceOf(widthMinutes: number): string {
  return `numbers.minute / ${Math.trunc(widthMinutes)} * ${Math.trunc(widthMinutes)}`;
}

export function addDurations(to: HistogramSum, row: NumberRow): void {
  to.addEncoded(row.buckets, row.zeroCount, row.sumSeconds, row.approximate, row.start, row.end);
}
