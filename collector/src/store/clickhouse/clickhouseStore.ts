import type { EntryPointKey, Minute, Report } from '../model.js';
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
} from '../store.js';
import { MINUTE_MS } from '../storeTime.js';
import { CallerResolver } from './callerResolver.js';
import { ClickHouseCatalog } from './clickhouseCatalog.js';
import { ClickHouseConnection, ClickHouseRefusedError, pause } from './clickhouseConnection.js';
import { ClickHouseRetention } from './clickhouseRetention.js';
import { ClickHouseWriter } from './clickhouseWriter.js';
import { DeploymentReader } from './deploymentReader.js';
import { Cutoffs } from './factWindow.js';
import { FunctionReader } from './functionReader.js';
import { migrate } from './migrate.js';
import { MinuteReader } from './minuteReader.js';
import { TableNames } from './schema.js';
import { idList, quoted, quotedList } from './sqlText.js';
import { parseClickHouseAddress, shownAddress, type ClickHouseAddress } from './storeAddress.js';

const MIGRATION_TIMEOUT_MS = 60_000;

/**
 * The store of many collectors: tables of a ClickHouse server or cluster. A collector keeps nothing that others have to know,
 * so any number of them may use the same tables; what each remembers is only there to ask less.
 */
export class ClickHouseStore implements Store {
  readonly kind = 'clickhouse';
  private problem = '';
  private lastWrite = -Infinity;

  /** @throws CollectorError STORE_UNUSABLE */
  static async open(store: string, nowMs: number, limits: StoreLimits = defaultStoreLimits): Promise<ClickHouseStore> {
    const address = parseClickHouseAddress(store);
    const slow = new ClickHouseConnection(address, MIGRATION_TIMEOUT_MS);
    const options = await migrate(slow, address).finally(() => slow.close());
    const connection = new ClickHouseConnection(address);
    const tables = new TableNames(options);
    const cutoffs = new Cutoffs(nowMs);
    const catalog = new ClickHouseCatalog(connection, tables, limits);
    const functions = new FunctionReader(connection, tables, cutoffs, new CallerResolver(connection, tables));
    const deployments = new DeploymentReader(connection, tables, cutoffs);
    return new ClickHouseStore(
      address,
      connection,
      tables,
      cutoffs,
      catalog,
      new ClickHouseWriter(connection, tables, options, catalog),
      functions,
      deployments,
      new MinuteReader(connection, tables, cutoffs, functions, deployments),
      new ClickHouseRetention(connection, tables, options, cutoffs),
    );
  }

  private constructor(
    private readonly address: ClickHouseAddress,
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly cutoffs: Cutoffs,
    private readonly catalog: ClickHouseCatalog,
    private readonly writer: ClickHouseWriter,
    private readonly functions: FunctionReader,
    private readonly deployments: DeploymentReader,
    private readonly minutes: MinuteReader,
    private readonly retention: ClickHouseRetention,
  ) {}

  async write(reports: readonly Report[], nowMs: number): Promise<WriteResult> {
    const waitMs = this.lastWrite + this.address.writeIntervalMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    this.lastWrite = performance.now();
    return this.changing(this.writer.write(reports, nowMs));
  }

  async maintain(nowMs: number): Promise<boolean> {
    this.cutoffs.moveTo(nowMs);
    if (await this.changing(this.retention.run(nowMs))) this.catalog.forget();
    return false;
  }

  findFiles(paths: readonly string[]): Promise<FileRecord[]> {
    return answered(this.functions.files(`path IN (${quotedList(paths)})`));
  }

  readFiles(deploymentIds: readonly number[]): Promise<FileRecord[]> {
    return answered(this.functions.files(`deployment IN (${idList(deploymentIds)})`));
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<DeploymentRecord[]> {
    return answered(this.deployments.deployments(fromMinute, ids));
  }

  readFunctions(fileIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]> {
    return answered(this.functions.ofFiles(fileIds, fromMinute));
  }

  readFunctionsById(functionIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]> {
    return answered(this.functions.byId(functionIds.filter(isId), fromMinute));
  }

  readFunctionTotals(deploymentIds: readonly number[], fromMinute: Minute): Promise<FunctionTotal[]> {
    return answered(this.functions.totals(deploymentIds.filter(isId), fromMinute));
  }

  readEdges(deploymentIds: readonly number[], fromMinute: Minute): Promise<EdgeTotal[]> {
    return answered(this.functions.edges(deploymentIds.filter(isId), fromMinute));
  }

  readEntryPoints(fromMinute: Minute): Promise<EntryPointRecord[]> {
    return answered(this.deployments.entryPoints(fromMinute));
  }

  readExemplars(deploymentIds: readonly number[], entryPoint?: EntryPointKey): Promise<ExemplarRecord[]> {
    return answered(this.deployments.exemplars(deploymentIds.filter(isId), entryPoint));
  }

  readSeries(functionIds: readonly number[], fromMinute: Minute, widthMinutes: number): Promise<SeriesPiece[]> {
    return answered(this.functions.series(functionIds.filter(isId), fromMinute, widthMinutes));
  }

  readObserved(deploymentId: number, fromMinute: Minute, widthMinutes: number): Promise<ReadonlyMap<Minute, number>> {
    return answered(this.deployments.observed(isId(deploymentId) ? deploymentId : 0, fromMinute, widthMinutes));
  }

  async *readMinutes(
    deploymentIds: readonly number[],
    fromMinute: Minute,
    toMinute: Minute,
  ): AsyncGenerator<DeploymentMinute> {
    try {
      yield* this.minutes.read(deploymentIds.filter(isId), fromMinute, toMinute);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  readPaths(deploymentIds: readonly number[], fromMinute: Minute): Promise<PathRecord[]> {
    return answered(this.deployments.paths(deploymentIds.filter(isId), fromMinute));
  }

  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, DeploymentSummary>> {
    return answered(this.deployments.summaries(fromMinute));
  }

  /** The size is that of the server that answers. */
  async status(): Promise<StoreStatus> {
    const path = shownAddress(this.address);
    try {
      const [[[bytes] = []], [[rows, oldest] = []]] = await Promise.all([
        this.connection.rows(
          `SELECT sum(bytes_on_disk) FROM system.parts
           WHERE active AND database = ${quoted(this.address.database)} AND table LIKE 'hindcast\\_%'`,
        ),
        this.connection.rows(`SELECT count(), min(minute) FROM ${this.tables.of('coverage')}`),
      ]);
      return {
        path,
        sizeBytes: Number(bytes),
        problem: this.problem,
        oldestMs: Number(rows) === 0 ? undefined : Number(oldest) * MINUTE_MS,
      };
    } catch (error) {
      return { path, sizeBytes: 0, problem: problemOf(asUnavailable(error)), oldestMs: undefined };
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async changing<T>(change: Promise<T>): Promise<T> {
    try {
      const result = await answered(change);
      this.problem = '';
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.problem = problemOf(error);
      throw error;
    }
  }
}

/** Ids come from outside too, as what they were when they were given out. */
function isId(id: number): boolean {
  return Number.isSafeInteger(id) && id > 0;
}

function problemOf(error: Error): string {
  return `${error.message} Nothing need be restarted once it does.`;
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asUnavailable(error);
  }
}

function asUnavailable(error: unknown): Error {
  if (error instanceof ClickHouseRefusedError) {
    return new StoreUnavailableError(`ClickHouse refuses: ${error.message.slice(0, 300)}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
