import { statSync } from 'node:fs';
import { MinuteBlocks } from './minuteBlocks.js';
import type { EntryPointKey, Minute, Report } from './model.js';
import { numberTableNames, numberTables } from './numberTables.js';
import { openSqlite, writeReasonOf, type OpenDatabase } from './openSqlite.js';
import { PreparedStatements } from './preparedStatements.js';
import { RolledSums } from './rolledSums.js';
import { SqliteCatalog } from './sqliteCatalog.js';
import { SqliteCoverage } from './sqliteCoverage.js';
import { SqliteExemplars } from './sqliteExemplars.js';
import { SqliteMinutes } from './sqliteMinutes.js';
import { SqliteNames } from './sqliteNames.js';
import { SqliteNumbers } from './sqliteNumbers.js';
import { SqliteReader } from './sqliteReader.js';
import { SqliteRetention } from './sqliteRetention.js';
import { readClock } from './sqliteSchema.js';
import { SqliteSeries } from './sqliteSeries.js';
import { SqliteSpace } from './sqliteSpace.js';
import { SqliteWriter } from './sqliteWriter.js';
import {
  StoreUnavailableError,
  defaultStoreLimits,
  type DeploymentMinute,
  type DeploymentRecord,
  type DeploymentSummary,
  type EdgeTotal,
  type EntryPointRecord,
  type ExemplarRecord,
  type FileRecord,
  type FunctionRecord,
  type FunctionTotal,
  type PathRecord,
  type SeriesPiece,
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
   * @param maxBytes what the database may take: the oldest detail goes before its time when it would become larger
   * @throws CollectorError
   */
  static async open(
    path: string,
    nowMs: number,
    limits: StoreLimits = defaultStoreLimits,
    maintenanceMs = 15,
    maxBytes = Infinity,
  ): Promise<SqliteStore> {
    const opened = await openSqlite(path, nowMs);
    const { database } = opened;
    const clock = readClock(database);
    const catalog = new SqliteCatalog(database, limits);
    const exemplars = new SqliteExemplars(database);
    const statements = new PreparedStatements(database);
    const names = new SqliteNames(statements);
    const blocks = new MinuteBlocks(
      statements,
      numberTableNames.map((name) => numberTables[name]),
    );
    const rolledSums = new RolledSums();
    const coverage = new SqliteCoverage(statements);
    const space = new SqliteSpace(database, clock, maxBytes);
    const numbers = new SqliteNumbers(statements, clock, blocks, rolledSums);
    return new SqliteStore(
      opened,
      new SqliteWriter(database, clock, catalog, exemplars, blocks, rolledSums, coverage),
      new SqliteReader(statements, names, numbers, coverage, clock),
      new SqliteSeries(statements, names, numbers, clock),
      new SqliteMinutes(statements, names, clock),
      exemplars,
      new SqliteRetention(database, clock, catalog, blocks, rolledSums, coverage, space, maintenanceMs),
      space,
    );
  }

  private constructor(
    private readonly opened: OpenDatabase,
    private readonly writer: SqliteWriter,
    private readonly reader: SqliteReader,
    private readonly series: SqliteSeries,
    private readonly minutes: SqliteMinutes,
    private readonly exemplars: SqliteExemplars,
    private readonly retention: SqliteRetention,
    private readonly space: SqliteSpace,
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

  readFunctionsById(functionIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]> {
    return reading(() => this.reader.readFunctionsById(functionIds, fromMinute));
  }

  readFiles(deploymentIds: readonly number[]): Promise<FileRecord[]> {
    return reading(() => this.reader.readFiles(deploymentIds));
  }

  readFunctionTotals(deploymentIds: readonly number[], fromMinute: Minute): Promise<FunctionTotal[]> {
    return reading(() => this.reader.readFunctionTotals(deploymentIds, fromMinute));
  }

  readEdges(deploymentIds: readonly number[], fromMinute: Minute): Promise<EdgeTotal[]> {
    return reading(() => this.reader.readEdges(deploymentIds, fromMinute));
  }

  readExemplars(deploymentIds: readonly number[], entryPoint?: EntryPointKey): Promise<ExemplarRecord[]> {
    return reading(() => this.exemplars.read(deploymentIds, entryPoint));
  }

  readSeries(functionIds: readonly number[], fromMinute: Minute, widthMinutes: number): Promise<SeriesPiece[]> {
    return reading(() => this.series.readSeries(functionIds, fromMinute, widthMinutes));
  }

  readObserved(deploymentId: number, fromMinute: Minute, widthMinutes: number): Promise<ReadonlyMap<Minute, number>> {
    return reading(() => this.series.readObserved(deploymentId, fromMinute, widthMinutes));
  }

  readMinutes(deploymentIds: readonly number[], fromMinute: Minute, toMinute: Minute): AsyncIterable<DeploymentMinute> {
    return this.minutes.read(deploymentIds, fromMinute, toMinute);
  }

  readPaths(deploymentIds: readonly number[], fromMinute: Minute): Promise<PathRecord[]> {
    return reading(() => this.series.readPaths(deploymentIds, fromMinute));
  }

  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, DeploymentSummary>> {
    return reading(() => this.reader.summarise(fromMinute));
  }

  status(): Promise<StoreStatus> {
    const { path } = this.opened;
    return reading(() => ({
      path,
      sizeBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      problem: this.problem || this.space.problem,
      dropped: this.space.dropped,
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
        const problem = `The store cannot be written: ${writeReasonOf(error, this.opened.path)}.`;
        this.problem = `${problem} Free the disk or its permissions; nothing need be restarted.`;
        throw new StoreUnavailableError(problem, { cause: error });
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
