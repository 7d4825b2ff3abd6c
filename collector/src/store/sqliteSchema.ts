import type { DatabaseSync } from 'node:sqlite';
import type { Minute } from './model.js';
import { numberTableNames, type NumberTableName } from './numberTables.js';
import { dayStart, hourStart, minuteOf } from './storeTime.js';

/** Marks a database file as ours ("Hcst"). */
export const APPLICATION_ID = 0x48637374;

/** Smaller than every id. */
export const NO_KEY = Number.MIN_SAFE_INTEGER;

/**
 * The tables of numbers come twice: by minute with the time first, so that writing appends and dropping old minutes is a range;
 * by hour (its first minute) with the function first, so that a long window of one function is a range.
 */
const NUMBERS = (suffix: string, key: (...rest: string[]) => string): string => `
  CREATE TABLE function_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL,
    calls INTEGER NOT NULL, zero_count INTEGER NOT NULL, sum_seconds REAL NOT NULL, approximate INTEGER NOT NULL,
    buckets BLOB NOT NULL, -- encodedHistogram.ts
    PRIMARY KEY (${key('fn')})
  ) WITHOUT ROWID;
  CREATE TABLE error_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL, type INTEGER NOT NULL, origin TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (${key('fn', 'type', 'origin')})
  ) WITHOUT ROWID;
  CREATE TABLE edge_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL, caller INTEGER NOT NULL,
    calls INTEGER NOT NULL, sampled_calls INTEGER NOT NULL,
    PRIMARY KEY (${key('fn', 'caller')})
  ) WITHOUT ROWID;
  CREATE TABLE drop_${suffix} (
    minute INTEGER NOT NULL, deployment INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (${key('deployment', 'reason')})
  ) WITHOUT ROWID;
`;

const ENTRY_NUMBERS = (suffix: string, key: (...rest: string[]) => string): string => `
  CREATE TABLE entry_${suffix} (
    minute INTEGER NOT NULL, entry INTEGER NOT NULL,
    calls INTEGER NOT NULL, zero_count INTEGER NOT NULL, sum_seconds REAL NOT NULL, approximate INTEGER NOT NULL,
    buckets BLOB NOT NULL,
    PRIMARY KEY (${key('entry')})
  ) WITHOUT ROWID;
  CREATE TABLE entry_error_${suffix} (
    minute INTEGER NOT NULL, entry INTEGER NOT NULL, type INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (${key('entry', 'type')})
  ) WITHOUT ROWID;
  CREATE TABLE function_entry_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL, entry INTEGER NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (${key('fn', 'entry')})
  ) WITHOUT ROWID;
  CREATE TABLE dependency_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL, dependency INTEGER NOT NULL,
    calls INTEGER NOT NULL, zero_count INTEGER NOT NULL, sum_seconds REAL NOT NULL, approximate INTEGER NOT NULL,
    buckets BLOB NOT NULL,
    PRIMARY KEY (${key('fn', 'dependency')})
  ) WITHOUT ROWID;
  CREATE TABLE dependency_error_${suffix} (
    minute INTEGER NOT NULL, fn INTEGER NOT NULL, dependency INTEGER NOT NULL, type INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (${key('fn', 'dependency', 'type')})
  ) WITHOUT ROWID;
`;

/** Sums of nanoseconds are REAL: whole and exact up to 104 days, and never too large. */
const PATH_NUMBERS = (suffix: string, key: (...rest: string[]) => string): string => `
  CREATE TABLE path_${suffix} (
    minute INTEGER NOT NULL, entry INTEGER NOT NULL, owner INTEGER NOT NULL,
    traces INTEGER NOT NULL, path_traces INTEGER NOT NULL, self_nanos REAL NOT NULL, saves_nanos REAL NOT NULL,
    bound_traces INTEGER NOT NULL,
    PRIMARY KEY (${key('entry', 'owner')})
  ) WITHOUT ROWID;
`;

/** The numbers there are, as totals of their deployments (numberTables.ts). */
const DEPLOYMENT_TOTALS = (suffix: string): string => `
  INSERT INTO function_${suffix} (minute, fn, calls, zero_count, sum_seconds, approximate, buckets)
    SELECT minute, -deployment, sum(calls), 0, 0, 0, x'' FROM function_${suffix} AS numbers
    JOIN function ON function.id = fn JOIN file ON file.id = function.file GROUP BY 1, 2;
  INSERT INTO error_${suffix} (minute, fn, type, origin, count)
    SELECT minute, -deployment, 0, '', sum(count) FROM error_${suffix} AS numbers
    JOIN function ON function.id = fn JOIN file ON file.id = function.file GROUP BY 1, 2;
`;

const timeFirst = (...rest: string[]): string => ['minute', ...rest].join(', ');
const timeSecond = (first: string, ...rest: string[]): string => [first, 'minute', ...rest].join(', ');
const timeLater = (first = '', ...rest: string[]): string => timeSecond(first, ...rest);

/** Statement lists that bring a database from version i to i + 1. Never edit one that was released: add one. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE deployment (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL, environment TEXT NOT NULL, version TEXT NOT NULL, revision TEXT NOT NULL, source TEXT NOT NULL,
    repository_url TEXT NOT NULL, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL,
    UNIQUE (service, environment, version, revision, source)
  );
  CREATE TABLE instance (
    deployment INTEGER NOT NULL, instance_id TEXT NOT NULL, last_seen_ms INTEGER NOT NULL,
    PRIMARY KEY (deployment, instance_id)
  ) WITHOUT ROWID;
  CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL, path TEXT NOT NULL, content_hash TEXT NOT NULL, not_observed_reason TEXT NOT NULL,
    UNIQUE (path, deployment)
  );
  CREATE INDEX file_by_deployment ON file (deployment);
  CREATE TABLE function (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL, name TEXT NOT NULL, line INTEGER NOT NULL, column INTEGER NOT NULL,
    end_line INTEGER NOT NULL DEFAULT 0, body_hash TEXT NOT NULL DEFAULT '',
    declared_since_ms INTEGER, -- null: seen, never declared
    declared_hash TEXT, -- the content it was declared for; superseded when the file's is another
    last_called_minute INTEGER,
    UNIQUE (file, line, column, name)
  );
  CREATE TABLE caller (
    id INTEGER PRIMARY KEY, -- 0 is entry from outside own code and has no row
    service TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, line INTEGER NOT NULL, column INTEGER NOT NULL,
    UNIQUE (service, path, line, column, name)
  );
  CREATE TABLE error_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  ${NUMBERS('minute', timeFirst)}
  ${NUMBERS('hour', timeLater)}
  CREATE TABLE coverage_minute ( -- low and high: coverage.ts
    deployment INTEGER NOT NULL, minute INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
    PRIMARY KEY (deployment, minute)
  ) WITHOUT ROWID;
  CREATE TABLE coverage_hour (
    deployment INTEGER NOT NULL, minute INTEGER NOT NULL, seconds INTEGER NOT NULL,
    PRIMARY KEY (deployment, minute)
  ) WITHOUT ROWID;
  CREATE TABLE once (
    instance_id TEXT NOT NULL, once_key TEXT NOT NULL, stored_ms INTEGER NOT NULL,
    PRIMARY KEY (instance_id, once_key)
  ) WITHOUT ROWID;
  CREATE INDEX once_by_time ON once (stored_ms);
  `,
  `
  CREATE TABLE entry_point (
    id INTEGER PRIMARY KEY, -- 0 is an unknown one and has no row
    deployment INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    fn INTEGER NOT NULL, -- the function that handles it; 0: unknown, or all of them
    used_day INTEGER NOT NULL DEFAULT 0,
    UNIQUE (deployment, kind, name, fn)
  );
  CREATE TABLE dependency (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, used_day INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, target)
  );
  ALTER TABLE caller ADD COLUMN used_day INTEGER NOT NULL DEFAULT 0;
  UPDATE caller SET used_day = unixepoch() / 86400;
  CREATE TABLE exemplar (
    id INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL, time_ms INTEGER NOT NULL, duration_seconds REAL NOT NULL, error_type TEXT NOT NULL,
    trace_id TEXT NOT NULL, detail TEXT NOT NULL -- JSON: path, dependencies
  );
  CREATE INDEX exemplar_by_entry ON exemplar (entry);
  ${ENTRY_NUMBERS('minute', timeFirst)}
  ${ENTRY_NUMBERS('hour', timeLater)}
  ${DEPLOYMENT_TOTALS('minute')}
  ${DEPLOYMENT_TOTALS('hour')}
  INSERT INTO meta VALUES ('rolling_table', 0), ('rolling_key', ${NO_KEY});
  `,
  `
  CREATE TABLE path_owner (
    id INTEGER PRIMARY KEY, -- 0 is the traces as a whole and has no row
    service TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, line INTEGER NOT NULL, column INTEGER NOT NULL,
    callee_service TEXT NOT NULL, dependency_kind TEXT NOT NULL, dependency_target TEXT NOT NULL,
    used_day INTEGER NOT NULL DEFAULT 0,
    UNIQUE (service, path, line, column, name, callee_service, dependency_kind, dependency_target)
  );
  ${PATH_NUMBERS('minute', timeFirst)}
  ${PATH_NUMBERS('hour', timeLater)}
  ${PATH_NUMBERS('day', timeLater)}
  ${NUMBERS('day', timeLater)}
  ${ENTRY_NUMBERS('day', timeLater)}
  INSERT INTO meta SELECT 'days_until', coalesce(min(minute), 0) / 1440 * 1440
    FROM (SELECT min(minute) AS minute FROM function_hour UNION ALL SELECT value FROM meta WHERE name = 'rolled_until');
  INSERT INTO meta VALUES ('hour_cutoff', 0), ('rolling_days_end', 0), ('rolling_days_table', 0), ('rolling_days_key', ${NO_KEY});
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings a database from `version` to the current one, in one transaction. */
export function migrate(database: DatabaseSync, version: number, nowMs: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const statements of MIGRATIONS.slice(version)) database.exec(statements);
    if (version === 0) {
      const insert = database.prepare('INSERT INTO meta VALUES (?, ?)');
      // Hours before rolled_until have their numbers in the tables by hour; minutes before minute_cutoff are gone.
      insert.run('rolled_until', hourStart(minuteOf(nowMs)));
      insert.run('minute_cutoff', 0);
      database.prepare(`UPDATE meta SET value = ? WHERE name = 'days_until'`).run(dayStart(minuteOf(nowMs)));
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    }
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** How far rollup and retention have come; kept in `meta`. */
export interface StoreClock {
  /** Hours before this minute are in the tables by hour. */
  rolledUntil: number;
  /** Minutes before this one are no longer in the tables by minute; never later than `rolledUntil`. */
  minuteCutoff: number;
  /** Of the hour at `rolledUntil`, which is rolled up in pieces: the tables before this one are done, by their index … */
  rollingTable: number;
  /** … and of this one the keys up to this. */
  rollingKey: number;
  /** Days before this minute are in the tables by day; never later than `rolledUntil`. */
  daysUntil: number;
  /** Hours before this minute are no longer in the tables by hour; never later than `daysUntil`. */
  hourCutoff: number;
  /** The days from `daysUntil` to here are rolled up in pieces, as an hour is; not later than `daysUntil` when none are. */
  rollingDaysEnd: number;
  rollingDaysTable: number;
  rollingDaysKey: number;
}

/** Whether a number of this time is already in the tables by hour, so that what comes late has to be added there too. */
export function isInHours(clock: StoreClock, table: NumberTableName, key: number, minute: Minute): boolean {
  if (minute < clock.rolledUntil) return true;
  if (minute >= clock.rolledUntil + 60) return false;
  return isDone(table, key, clock.rollingTable, clock.rollingKey);
}

/** The same of the tables by day. */
export function isInDays(clock: StoreClock, table: NumberTableName, key: number, minute: Minute): boolean {
  if (minute < clock.daysUntil) return true;
  if (minute >= clock.rollingDaysEnd) return false;
  return isDone(table, key, clock.rollingDaysTable, clock.rollingDaysKey);
}

function isDone(table: NumberTableName, key: number, rollingTable: number, rollingKey: number): boolean {
  const index = numberTableNames.indexOf(table);
  return index < rollingTable || (index === rollingTable && key <= rollingKey);
}

const CLOCK_NAMES: Readonly<Record<keyof StoreClock, string>> = {
  rolledUntil: 'rolled_until',
  minuteCutoff: 'minute_cutoff',
  rollingTable: 'rolling_table',
  rollingKey: 'rolling_key',
  daysUntil: 'days_until',
  hourCutoff: 'hour_cutoff',
  rollingDaysEnd: 'rolling_days_end',
  rollingDaysTable: 'rolling_days_table',
  rollingDaysKey: 'rolling_days_key',
};

export function readClock(database: DatabaseSync): StoreClock {
  const read = database.prepare('SELECT value FROM meta WHERE name = ?');
  return Object.fromEntries(
    Object.entries(CLOCK_NAMES).map(([field, name]) => [field, Number(read.get(name)?.['value'] ?? 0)]),
  ) as unknown as StoreClock;
}

export function saveClock(database: DatabaseSync, clock: StoreClock): void {
  const update = database.prepare('UPDATE meta SET value = ? WHERE name = ?');
  for (const [field, name] of Object.entries(CLOCK_NAMES)) update.run(clock[field as keyof StoreClock], name);
}
