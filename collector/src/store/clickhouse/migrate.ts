import { randomUUID } from 'node:crypto';
import { CollectorError } from '../../collectorError.js';
import { StoreUnavailableError } from '../store.js';
import { ClickHouseRefusedError, pause, type ClickHouseConnection } from './clickhouseConnection.js';
import { SCHEMA_VERSION, TableNames, migrations, type SchemaOptions } from './schema.js';
import { identifier, quoted } from './sqlText.js';

const LOCK_POLL_MS = 200;
/** A lock that is older belongs to a collector that is gone. */
const LOCK_STALE_SECONDS = 60;
const LOCK_WAIT_MS = 90_000;
const TABLE_EXISTS = '57';

/**
 * Brings the tables to the version of this program, forward only. Of several collectors that start at once one does it and the
 * others wait: the lock is a table, since making one that exists fails.
 * @returns the options with the version of the server
 * @throws CollectorError STORE_UNUSABLE when nobody answers, the tables are newer, or they must not be made
 */
export async function migrate(
  connection: ClickHouseConnection,
  target: Omit<SchemaOptions, 'version'>,
): Promise<SchemaOptions> {
  try {
    const [[version] = []] = await connection.rows('SELECT version()');
    const options: SchemaOptions = {
      cluster: target.cluster,
      database: target.database,
      hasTtl: target.hasTtl,
      version: Number.parseInt(String(version), 10),
    };
    const tables = new TableNames(target);
    const { onCluster } = tables;
    const [[exists] = []] = await connection.rows(
      `SELECT count() FROM system.databases WHERE name = ${quoted(target.database)}`,
    );
    if (Number(exists) === 0) {
      await connection.command(`CREATE DATABASE IF NOT EXISTS ${identifier(target.database)}${onCluster}`);
    }
    if (await isCurrent(connection, tables)) return options;
    await locked(connection, tables, async () => {
      if (await isCurrent(connection, tables)) return;
      const engine =
        target.cluster === undefined
          ? 'MergeTree()'
          : `ReplicatedMergeTree('/clickhouse/tables/${target.database}/hindcast_migration', '{shard}-{replica}')`;
      await connection.command(
        `CREATE TABLE IF NOT EXISTS ${tables.of('migration')}${onCluster} (version UInt32, applied_ms UInt64)
         ENGINE = ${engine} ORDER BY version`,
      );
      const done = await versionOf(connection, tables);
      for (const [i, statements] of migrations(options).entries()) {
        if (i < done) continue;
        for (const statement of statements) await connection.command(statement);
        await connection.insert(tables.of('migration'), ['version', 'applied_ms'], [[i + 1, Date.now()]]);
      }
    });
    return options;
  } catch (error) {
    if (error instanceof StoreUnavailableError)
      throw new CollectorError('STORE_UNUSABLE', error.message, { cause: error });
    if (!(error instanceof ClickHouseRefusedError)) throw error;
    throw new CollectorError('STORE_UNUSABLE', `ClickHouse refuses to be the store: ${error.message.slice(0, 300)}`, {
      cause: error,
    });
  }
}

async function isCurrent(connection: ClickHouseConnection, tables: TableNames): Promise<boolean> {
  const version = await versionOf(connection, tables);
  if (version > SCHEMA_VERSION) {
    throw new CollectorError(
      'STORE_UNUSABLE',
      `The tables in ClickHouse have version ${version}, and this collector knows ${SCHEMA_VERSION}. Use a newer collector or another database.`,
    );
  }
  return version === SCHEMA_VERSION;
}

async function versionOf(connection: ClickHouseConnection, tables: TableNames): Promise<number> {
  const [database, name] = tables
    .of('migration')
    .split('.')
    .map((it) => it.replaceAll('`', ''));
  const [[exists] = []] = await connection.rows(
    `SELECT count() FROM system.tables WHERE database = ${quoted(database ?? '')} AND name = ${quoted(name ?? '')}`,
  );
  if (Number(exists) === 0) return 0;
  const [[version] = []] = await connection.rows(`SELECT max(version) FROM ${tables.of('migration')}`);
  return Number(version ?? 0);
}

async function locked(
  connection: ClickHouseConnection,
  tables: TableNames,
  change: () => Promise<void>,
): Promise<void> {
  const lock = tables.of('migration_lock');
  const [database, name] = lock.split('.').map((it) => it.replaceAll('`', ''));
  const deadline = performance.now() + LOCK_WAIT_MS;
  const create = `CREATE TABLE ${lock}${tables.onCluster} (owner String) ENGINE = Log`;
  for (;;) {
    try {
      await connection.command(create);
      break;
    } catch (error) {
      if (!(error instanceof ClickHouseRefusedError) || !isTableExists(error)) throw error;
    }
    const [[ageSeconds] = []] = await connection.rows(
      `SELECT now() - metadata_modification_time FROM system.tables
       WHERE database = ${quoted(database ?? '')} AND name = ${quoted(name ?? '')}`,
    );
    if (Number(ageSeconds ?? 0) > LOCK_STALE_SECONDS) {
      await connection.command(`DROP TABLE IF EXISTS ${lock}${tables.onCluster}`);
    } else if (performance.now() > deadline) {
      throw new CollectorError(
        'STORE_UNUSABLE',
        `Another collector has been changing the tables for too long. If none is, drop the table ${name ?? ''}.`,
      );
    } else {
      await pause(LOCK_POLL_MS);
    }
  }
  try {
    await connection.insert(lock, ['owner'], [[randomUUID()]]);
    await change();
  } finally {
    await connection.command(`DROP TABLE IF EXISTS ${lock}${tables.onCluster}`);
  }
}

/** On a cluster the code is that of the queue, and the reason stands in the text. */
function isTableExists(error: ClickHouseRefusedError): boolean {
  return error.code === TABLE_EXISTS || /\b57\b|already exists/.test(error.message);
}
