import { identifier } from './sqlText.js';

// The tables, in the part of the language that version 18.16 and today's have in common, and what only newer ones get.

export interface SchemaOptions {
  /** Undefined: one server. */
  readonly cluster: string | undefined;
  readonly database: string;
  /** Major version of the oldest server. */
  readonly version: number;
  /** Whether servers that can delete by their own clock do. */
  readonly hasTtl: boolean;
}

/** What a number is about; part of every key. New kinds are added at the end. */
export const factKinds = [
  'once',
  'total',
  'total_error',
  'total_dependency',
  'total_dependency_error',
  'drop',
  'coverage',
  'entry',
  'entry_error',
  'path',
  'path_owner',
  'function',
  'error',
  'edge',
  'function_entry',
  'dependency',
  'dependency_error',
] as const;
export type FactKind = (typeof factKinds)[number];

const FACT_KEY = ['kind', 'path', 'deployment', 'fn', 'minute', 'sub', 'name', 'line', 'col'] as const;

/** Whole numbers that add up. */
export const FACT_SUMS = [
  'calls',
  'sampled',
  'zero_count',
  'approximate',
  'self_nanos',
  'saves_nanos',
  'bound',
  'rows',
] as const;

export const FACT_COLUMNS = [...FACT_KEY, ...FACT_SUMS, 'sum_seconds', 'latMap.b', 'latMap.n'] as const;

/** Blocks that an engine without a keeper recognises when they come again. */
const REMEMBERED_BLOCKS = 10_000;

/** Of a table: what it is called, and what it is made of. */
interface Table {
  readonly name: string;
  readonly columns: string;
  /** Without `Replicated`. */
  readonly engine: string;
  readonly partitionBy?: string;
  readonly orderBy: string;
  readonly primaryKey?: string;
  /** Which shard a row belongs to. */
  readonly shardBy: string;
  readonly ttl?: string;
}

function factTable(name: string, partitionMinutes: number, ttlDays: number): Table {
  return {
    name,
    columns: `
      kind Enum8(${factKinds.map((kind, i) => `'${kind}' = ${i + 1}`).join(', ')}),
      path String, deployment UInt64, fn UInt64, minute UInt32, sub String, name String, line UInt32, col UInt32,
      ${FACT_SUMS.map((sum) => `${sum} UInt64`).join(', ')}, sum_seconds Float64,
      latMap Nested(b Int16, n UInt64)`,
    engine: 'SummingMergeTree()',
    partitionBy: `intDiv(minute, ${partitionMinutes})`,
    orderBy: FACT_KEY.join(', '),
    primaryKey: 'kind, path, deployment, fn, minute',
    shardBy: 'cityHash64(deployment, path)',
    ttl: `toDateTime(minute * 60) + toIntervalDay(${ttlDays})`,
  };
}

export const MINUTE_PARTITION = 1440;
export const HOUR_PARTITION = 7 * 1440;
export const DAY_PARTITION = 30 * 1440;

const TABLES: readonly Table[] = [
  factTable('fact_minute', MINUTE_PARTITION, 7),
  factTable('fact_hour', HOUR_PARTITION, 60),
  factTable('fact_day', DAY_PARTITION, 480),
  {
    name: 'coverage',
    columns: 'deployment UInt64, minute UInt32, bits AggregateFunction(groupBitOr, UInt64)',
    engine: 'AggregatingMergeTree()',
    partitionBy: `intDiv(minute, ${DAY_PARTITION})`,
    orderBy: 'deployment, minute',
    shardBy: 'deployment',
    ttl: 'toDateTime(minute * 60) + toIntervalDay(480)',
  },
  {
    name: 'deployment',
    // `earlier` grows the earlier it was first seen, so that the first row of several stays.
    columns: `id UInt64, service String, environment String, version String, revision String, source String,
      first_seen_ms UInt64, earlier UInt64`,
    engine: 'ReplacingMergeTree(earlier)',
    orderBy: 'id',
    shardBy: 'id',
  },
  {
    name: 'heard',
    columns: 'deployment UInt64, instance String, repository_url String, heard_ms UInt64',
    engine: 'ReplacingMergeTree(heard_ms)',
    orderBy: 'deployment, instance, repository_url',
    shardBy: 'deployment',
  },
  {
    name: 'file',
    columns: `path String, deployment UInt64, id UInt64, content_hash String, not_observed_reason String,
      stamp UInt64, seen_ms UInt64`,
    engine: 'ReplacingMergeTree(stamp)',
    orderBy: 'path, deployment',
    shardBy: 'cityHash64(deployment, path)',
  },
  {
    name: 'function',
    // `since` and `stamp` are of declarations: NEVER and 0 when there was none; `declared` is the content it was declared for.
    columns: `path String, deployment UInt64, fn UInt64, name String, line UInt32, col UInt32,
      called AggregateFunction(max, UInt32), since AggregateFunction(min, UInt64), stamp AggregateFunction(max, UInt64),
      declared AggregateFunction(argMax, String, UInt64), end_line AggregateFunction(argMax, UInt32, UInt64),
      body_hash AggregateFunction(argMax, String, UInt64)`,
    engine: 'AggregatingMergeTree()',
    orderBy: 'path, deployment, fn, name, line, col',
    shardBy: 'cityHash64(deployment, path)',
  },
  {
    name: 'exemplar',
    columns: `deployment UInt64, entry String, time_ms UInt64, id UInt64, stamp UInt64, duration_seconds Float64,
      error_type String, detail String`,
    engine: 'ReplacingMergeTree()',
    orderBy: 'deployment, entry, time_ms, id',
    shardBy: 'deployment',
  },
  {
    name: 'name',
    columns: 'kind String, scope UInt64, id UInt64, day UInt32',
    engine: 'ReplacingMergeTree(day)',
    partitionBy: 'intDiv(day, 30)',
    orderBy: 'kind, scope, id',
    shardBy: 'id',
  },
];

/** When a function was declared that never was. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** Declarations of functions go in here, and through a view into `function`. */
const DECLARATION_COLUMNS = `path String, deployment UInt64, fn UInt64, name String, line UInt32, col UInt32,
  since_ms UInt64, of_stamp UInt64, of_hash String, last_line UInt32, of_body String`;

export const DECLARATION_NAMES = [
  'path',
  'deployment',
  'fn',
  'name',
  'line',
  'col',
  'since_ms',
  'of_stamp',
  'of_hash',
  'last_line',
  'of_body',
] as const;

/** The names of one installation's tables. */
export class TableNames {
  constructor(private readonly options: Pick<SchemaOptions, 'cluster' | 'database'>) {}

  /** What is read and written. */
  of(name: string): string {
    return `${identifier(this.options.database)}.hindcast_${name}`;
  }

  /** What a server holds itself; the same without a cluster. */
  local(name: string): string {
    return this.of(this.options.cluster === undefined ? name : `${name}_local`);
  }

  get onCluster(): string {
    return this.options.cluster === undefined ? '' : ` ON CLUSTER ${identifier(this.options.cluster)}`;
  }
}

/** Statement lists that bring a database from version i to i + 1. Never change one that was released: add one. */
export function migrations(options: SchemaOptions): readonly (readonly string[])[] {
  const names = new TableNames(options);
  return [
    [
      ...TABLES.flatMap((table) => createTable(table, options, names)),
      ...createPlain('declaration', DECLARATION_COLUMNS, 'Null', 'cityHash64(deployment, path)', options, names),
      rollup('fact_minute', 'fact_hour', 60, names),
      rollup('fact_minute', 'fact_day', 1440, names),
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ${names.of('coverage_mv')}${names.onCluster} TO ${names.local('coverage')} AS
       SELECT deployment, minute, groupBitOrState(toUInt64(sub)) AS bits FROM ${names.local('fact_minute')}
       WHERE kind = 'coverage' GROUP BY deployment, minute`,
      functionView('called_mv', names, 'fact_minute', {
        called: "if(kind = 'function' AND calls > 0, minute, 0)",
        since: `toUInt64(${NEVER})`,
        stamp: 'toUInt64(0)',
        declared: "''",
        end_line: 'toUInt32(0)',
        body_hash: "''",
      }),
      functionView('declared_mv', names, 'declaration', {
        called: 'toUInt32(0)',
        since: 'since_ms',
        stamp: 'of_stamp',
        declared: 'of_hash',
        end_line: 'last_line',
        body_hash: 'of_body',
      }),
    ],
  ];
}

/** The version of the tables that this program knows. */
export const SCHEMA_VERSION = migrations({ cluster: undefined, database: '', version: 0, hasTtl: false }).length;

/** The tables of one server that hold what is known of a deployment. */
export const CATALOG_TABLES = ['deployment', 'heard', 'file', 'function', 'exemplar'] as const;

function createTable(table: Table, options: SchemaOptions, names: TableNames): string[] {
  const { name, columns, partitionBy, orderBy, primaryKey, shardBy, ttl } = table;
  const isNew = options.version >= 22;
  const hasTtl = isNew && options.hasTtl && ttl !== undefined;
  const engine =
    options.cluster === undefined
      ? table.engine
      : table.engine.replace(
          /^(\w+)\((.*)\)$/,
          (_, base: string, rest: string) =>
            `Replicated${base}('/clickhouse/tables/{shard}/${options.database}/hindcast_${name}', '{replica}'${rest && `, ${rest}`})`,
        );
  const settings = ['index_granularity = 1024'];
  if (isNew && options.cluster === undefined) {
    settings.push(`non_replicated_deduplication_window = ${REMEMBERED_BLOCKS}`);
  }
  if (hasTtl) settings.push('ttl_only_drop_parts = 1');
  const body = [
    partitionBy && `PARTITION BY ${partitionBy}`,
    primaryKey && `PRIMARY KEY (${primaryKey})`,
    `ORDER BY (${orderBy})`,
    hasTtl && `TTL ${ttl}`,
    `SETTINGS ${settings.join(', ')}`,
  ].filter(Boolean);
  return createPlain(name, columns, `${engine} ${body.join(' ')}`, shardBy, options, names);
}

function createPlain(
  name: string,
  columns: string,
  engine: string,
  shardBy: string,
  { cluster, database }: SchemaOptions,
  names: TableNames,
): string[] {
  const local = `CREATE TABLE IF NOT EXISTS ${names.local(name)}${names.onCluster} (${columns}) ENGINE = ${engine}`;
  if (cluster === undefined) return [local];
  return [
    local,
    `CREATE TABLE IF NOT EXISTS ${names.of(name)}${names.onCluster} (${columns})
     ENGINE = Distributed(${identifier(cluster)}, ${identifier(database)}, hindcast_${name}_local, ${shardBy})`,
  ];
}

/**
 * Adds up what is inserted by the hour or day; the engine of the table does the adding. Marks of reports lose their names on the
 * way, and their sum keeps one block of sums from looking like another: an engine that recognises blocks would take the second
 * for the first.
 */
function rollup(from: string, to: string, minutes: number, names: TableNames): string {
  const columns = FACT_COLUMNS.map((column) =>
    column === 'minute'
      ? `toUInt32(intDiv(minute, ${minutes}) * ${minutes}) AS minute`
      : column === 'sub'
        ? "if(kind = 'once', '', sub) AS sub"
        : column,
  );
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${names.of(`${to}_mv`)}${names.onCluster} TO ${names.local(to)} AS
    SELECT ${columns.join(', ')} FROM ${names.local(from)} WHERE kind != 'coverage'`;
}

/** Keeps `function` with what goes into another table. No column of that may be called as one of `function`. */
function functionView(
  name: string,
  names: TableNames,
  from: string,
  of: Record<'called' | 'since' | 'stamp' | 'declared' | 'end_line' | 'body_hash', string>,
): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${names.of(name)}${names.onCluster} TO ${names.local('function')} AS
    SELECT path, deployment, fn, name, line, col, maxState(${of.called}) AS called, minState(${of.since}) AS since,
      maxState(${of.stamp}) AS stamp, argMaxState(${of.declared}, ${of.stamp}) AS declared,
      argMaxState(${of.end_line}, ${of.stamp}) AS end_line, argMaxState(${of.body_hash}, ${of.stamp}) AS body_hash
    FROM ${names.local(from)} WHERE fn != 0 GROUP BY path, deployment, fn, name, line, col`;
}
