import type { Histogram } from '@hindcast/core/histogram';
import type { Minute } from '../model.js';
import type { ClickHouseConnection, ResultRow } from './clickhouseConnection.js';
import { functionOf } from './facts.js';
import type { FunctionKey } from '../model.js';
import type { WindowPart } from './factWindow.js';
import type { FactKind, TableNames } from './schema.js';
import { quotedList } from './sqlText.js';

/** Facts of one kind about one thing, added up. */
export interface FactSum {
  readonly kind: FactKind;
  readonly deployment: number;
  /** Id; 0: none. */
  readonly fn: number;
  readonly sub: string;
  /** The beginning of the piece when asked for by time, else 0. */
  readonly minute: Minute;
  readonly calls: number;
  readonly sampled: number;
  readonly selfNanos: number;
  readonly savesNanos: number;
  readonly bound: number;
  readonly durations: Histogram;
  /** The function when `withFunctions`. */
  readonly key: FunctionKey | undefined;
}

export interface FactQuery {
  readonly kinds: readonly FactKind[];
  readonly parts: readonly WindowPart[];
  /** A condition beside kinds and time. */
  readonly where: string;
  /** Sums for each piece of time of this width; undefined: one sum. */
  readonly widthMinutes?: number;
  readonly withFunctions?: boolean;
  /** Without errors', callers' and other things' names: the sum over all of them. */
  readonly withoutSub?: boolean;
}

const SUMS = [
  'calls',
  'sampled',
  'self_nanos',
  'saves_nanos',
  'bound',
  'zero_count',
  'approximate',
  'sum_seconds',
] as const;
const USED = [
  'kind',
  'path',
  'deployment',
  'fn',
  'minute',
  'sub',
  'name',
  'line',
  'col',
  ...SUMS,
  'latMap.b',
  'latMap.n',
];

/** Adds up facts where they are stored. */
export async function readFacts(
  connection: ClickHouseConnection,
  tables: TableNames,
  { kinds, parts, where, widthMinutes, withFunctions, withoutSub }: FactQuery,
): Promise<FactSum[]> {
  if (parts.length === 0) return [];
  const sources = parts.map(
    ({ table, from, to }) =>
      `SELECT ${USED.map((it) => `\`${it}\``).join(', ')} FROM ${tables.of(table)}
       WHERE kind IN (${quotedList(kinds)}) AND minute >= ${Math.max(0, from)}${to === undefined ? '' : ` AND minute < ${to}`}
         AND (${where})`,
  );
  const time =
    widthMinutes === undefined ? 'toUInt32(0)' : `toUInt32(intDiv(minute, ${widthMinutes}) * ${widthMinutes})`;
  const rows = await connection.rows(
    `SELECT kind, deployment, fn, ${withoutSub ? "''" : 'sub'} AS what, ${time} AS at,
       ${SUMS.map((sum) => `sum(${sum})`).join(', ')}, sumMap(latMap.b, latMap.n),
       ${withFunctions ? 'any(path), any(line), any(col), any(name)' : '1'}
     FROM (${sources.join(' UNION ALL ')}) GROUP BY kind, deployment, fn, what, at`,
  );
  return rows.map((row) => sumOf(row, withFunctions ?? false));
}

function sumOf(row: ResultRow, withFunctions: boolean): FactSum {
  const [kind, deployment, fn, sub, minute, calls, sampled, selfNanos, savesNanos, bound, zero, approximate, seconds] =
    row;
  const [indexes = [], counts = []] = row[13] as [number[]?, number[]?];
  const buckets = new Map<number, number>();
  const zeroCount = Number(zero);
  let count = zeroCount;
  for (const [i, index] of indexes.entries()) {
    const n = Number(counts[i]);
    if (n === 0) continue;
    buckets.set(index, n);
    count += n;
  }
  return {
    kind: kind as FactKind,
    deployment: Number(deployment),
    fn: Number(fn),
    sub: String(sub),
    minute: Number(minute),
    calls: Number(calls),
    sampled: Number(sampled),
    selfNanos: Number(selfNanos),
    savesNanos: Number(savesNanos),
    bound: Number(bound),
    durations: { buckets, zeroCount, count, sumSeconds: Number(seconds), approximate: Number(approximate) > 0 },
    key: withFunctions && Number(fn) !== 0 ? functionOf(row.slice(14)) : undefined,
  };
}
