import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CollectorError } from '../collectorError.js';
import { APPLICATION_ID, SCHEMA_VERSION, migrate } from './sqliteSchema.js';
import { mergeEncodedBuckets } from './encodedHistogram.js';

/** A database that is ours alone to write to until it is closed. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly path: string;
  close(): void;
}

const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 2000;
  PRAGMA cache_size = -65536;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 1000;
`;

/**
 * Opens or creates the database file.
 * @throws CollectorError NODE_TOO_OLD, or STORE_UNUSABLE when the file is locked, corrupt, of another program or of a newer version
 */
export async function openSqlite(file: string, nowMs: number): Promise<OpenDatabase> {
  const path = resolve(file);
  const sqlite = await import('node:sqlite').catch(() => {
    throw new CollectorError(
      'NODE_TOO_OLD',
      `The store needs Node 22.15 or newer and this is ${process.version}: use a newer Node, or --store memory.`,
    );
  });
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw unusable(path, 'its folder cannot be created', error);
  }
  const lock = lockOf(sqlite.DatabaseSync, path);
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path);
    const version = checkOwner(database, path);
    database.exec(PRAGMAS);
    if (version < SCHEMA_VERSION) migrate(database, version, nowMs);
    database.function('merge_buckets', { deterministic: true }, (a, b) =>
      mergeEncodedBuckets(a as Uint8Array, b as Uint8Array),
    );
    const opened = database;
    return {
      database,
      path,
      close: () => {
        opened.close();
        lock.close();
      },
    };
  } catch (error) {
    database?.close();
    lock.close();
    if (error instanceof CollectorError) throw error;
    throw unusable(path, reasonOf(error), error);
  }
}

/**
 * One collector per file: a second database beside it, locked for as long as this process lives. The system lets go of it when
 * the process is killed; readers of the store itself are not kept out.
 */
function lockOf(Database: typeof DatabaseSync, path: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new Database(`${path}.lock`);
    lock.exec('PRAGMA busy_timeout = 200; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const isTaken = codeOf(error) === SQLITE_BUSY || codeOf(error) === SQLITE_LOCKED;
    throw unusable(path, isTaken ? 'another collector is using it' : reasonOf(error), error);
  }
}

/** Returns the schema version; 0 for a new file. */
function checkOwner(database: DatabaseSync, path: string): number {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] ?? 0);
  if (tables === 0) return 0;
  if (pragma('application_id') !== APPLICATION_ID) throw unusable(path, 'it is a database of another program');
  const version = pragma('user_version');
  if (version > SCHEMA_VERSION) throw unusable(path, 'a newer version of Hindcast has written it');
  return version;
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;

const REASONS: Partial<Record<number, string>> = {
  5: 'it is locked by another program',
  6: 'it is locked by another program',
  8: 'it is read-only',
  10: 'the disk failed to read or write it',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened or created',
  26: 'it is not a database',
};

/** What an error of SQLite means to a person. */
export function reasonOf(error: unknown): string {
  return REASONS[codeOf(error) ?? -1] ?? (error instanceof Error ? error.message : 'unknown error');
}

/** The same of an error that a write to a file ended with: SQLite does not tell a disk that was made read-only from a broken one. */
export function writeReasonOf(error: unknown, path: string): string {
  if (codeOf(error) === SQLITE_IOERR) {
    try {
      accessSync(path, constants.W_OK);
    } catch (denied) {
      const code = denied instanceof Error && 'code' in denied ? denied.code : undefined;
      if (code === 'EROFS') return 'its disk is read-only';
      if (code === 'EACCES' || code === 'EPERM') return 'it is read-only';
    }
  }
  return reasonOf(error);
}

/** The primary result code of an error of SQLite. Source: https://sqlite.org/rescode.html */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}

function unusable(path: string, reason: string, cause?: unknown): CollectorError {
  return new CollectorError(
    'STORE_UNUSABLE',
    `The store ${path} cannot be used: ${reason}. Use --store with another path, or --store memory.`,
    { cause },
  );
}
