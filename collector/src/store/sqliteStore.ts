import { statSync } from 'node:fs';
import type { EntryPointKey, Exemplar, Minute, Report } from './model.js';
import { openSqlite, reasonOf, type OpenDatabase } from './openSqlite.js';
import { SqliteCatalog } from './sqliteCatalog.js';
import { SqliteExemplars } from './sqliteExemplars.js';
import { SqliteReader } from './sqliteReader.js';
import { SqliteRetention } from './sqliteRetention.js';
import { readClock } from './sqliteSchema.js';
import { SqliteWriter } from './sqliteWriter.js';
import {
  StoreUnavailableError,
  defaultStoreLimits,
  type DeploymentRecord,
  type DeploymentSummary,
  type EntryPointRecord,
  type FileRecord,
  type FunctionRecord,
  type Store,
  type StoreLimits,
  type StoreStatus,
  type WriteResult,
} from './store.js';

/**
 * The embedded store: one database file, written through a log (WAL), so that a write that was answered survives the end of
 * the process; after a loss of power the last moments may be missing, and the file is whole.
 */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  private problem = '';
  private isClosed = false;

  /**
   * @param maintenanceMs how long one `maintain` may keep everything else waiting; the step that is being done then is finished
   * @throws CollectorError
   */
  static async open(
    path: string,
    nowMs: number,
    limits: StoreLimits = defaultStoreLimits,
    maintenanceMs = 15,
  ): Promise<SqliteStore> {
    const opened = await openSqlite(path, nowMs);
    const { database } = opened;
    const clock = readClock(database);
    const catalog = new SqliteCatalog(database, limits);
    const exemplars = new SqliteExemplars(database);
    return new SqliteStore(
      opened,
      new SqliteWriter(database, clock, catalog, exemplars),
      new SqliteReader(database, clock),
      exemplars,
      new SqliteRetention(database, clock, catalog, maintenanceMs),
    );
  }

  private constructor(
    private readonly opened: OpenDatabase,
    private readonly writer: SqliteWriter,
    private readonly reader: SqliteReader,
    private readonly exemplars: SqliteExemplars,
    private readonly retention: SqliteRetention,
  ) {}

  write(reports: readonly Report[], nowMs: number): Promise<WriteResult> {
    return this.changing(() => this.writer.write(reports, nowMs));
  }

  maintain(nowMs: number): Promise<boolean> {
    return this.changing(() => this.retention.run(nowMs));
  }

  findFiles(paths: readonly string[]): Promise<FileRecord[]> {
    return reading(() => this.reader.findFiles(paths));
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<DeploymentRecord[]> {
    return reading(() => this.reader.readDeployments(fromMinute, ids));
  }

  readFunctions(fileIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]> {
    return reading(() => this.reader.readFunctions(fileIds, fromMinute));
  }

  readEntryPoints(fromMinute: Minute): Promise<EntryPointRecord[]> {
    return reading(() => this.reader.readEntryPoints(fromMinute));
  }

  readExemplars(deploymentId: number, entryPoint: EntryPointKey): Promise<Exemplar[]> {
    return reading(() => this.exemplars.read(deploymentId, entryPoint));
  }

  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, DeploymentSummary>> {
    return reading(() => this.reader.summarise(fromMinute));
  }

  status(): Promise<StoreStatus> {
    const { path } = this.opened;
    return reading(() => ({
      path,
      sizeBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      problem: this.problem,
      oldestMs: this.reader.oldestMs(),
    }));
  }

  close(): Promise<void> {
    if (!this.isClosed) this.opened.close();
    this.isClosed = true;
    return Promise.resolve();
  }

  private changing<T>(change: () => T): Promise<T> {
    return reading(() => {
      try {
        const result = change();
        this.problem = '';
        return result;
      } catch (error) {
        this.problem = `The store cannot be written: ${reasonOf(error)}. Free the disk or its permissions; nothing need be restarted.`;
        throw new StoreUnavailableError(`The store cannot be written: ${reasonOf(error)}.`, { cause: error });
      }
    });
  }
}

/** SQLite answers at once; the contract promises a promise, also for errors. */
function reading<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(read());
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
