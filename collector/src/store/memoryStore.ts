import { coveredSeconds } from './coverage.js';
import { entryPointKeyText, functionKeyText } from './keys.js';
import { mergedEntryPoints } from './mergedTotals.js';
import { MemoryReader } from './memoryReader.js';
import {
  addPathRows,
  addTotals,
  isCurrent,
  record,
  summary,
  totalsAt,
  totalsSince,
  type StoredFile,
  type StoredPathRow,
  type StoredTotals,
} from './memoryRows.js';
import { MemoryWriter } from './memoryWriter.js';
import type { CallerKey, EntryPointKey, FunctionKey, Minute, Report } from './model.js';
import type * as contract from './store.js';
import { defaultStoreLimits, retention } from './store.js';
import { MINUTE_MS, catalogCutoff, dayCutoff, hourCutoff, minuteCutoff } from './storeTime.js';

/** Everything in maps of this process: for tests, and for trying things out. */
export class MemoryStore implements contract.Store {
  readonly kind = 'memory';
  private readonly data: MemoryWriter;
  private readonly reader: MemoryReader;
  private readonly once = new Map<string, number>();

  constructor(limits: contract.StoreLimits = defaultStoreLimits) {
    this.data = new MemoryWriter(limits);
    this.reader = new MemoryReader(this.data, (caller) => this.resolved(caller));
  }

  write(reports: readonly Report[], nowMs: number): Promise<contract.WriteResult> {
    let duplicates = 0;
    let overLimit = 0;
    for (const report of reports) {
      if (report.onceKey !== undefined) {
        const onceKey = `${report.instanceId}\0${report.onceKey}`;
        if (this.once.has(onceKey)) {
          duplicates++;
          continue;
        }
        this.once.set(onceKey, nowMs);
      }
      overLimit += this.data.write(report, nowMs);
    }
    return Promise.resolve({ duplicates, overLimit });
  }

  findFiles(paths: readonly string[]): Promise<contract.FileRecord[]> {
    const wanted = new Set(paths);
    return Promise.resolve([...this.data.files.values()].filter((file) => wanted.has(file.path)).map(fileRecord));
  }

  readFiles(deploymentIds: readonly number[]): Promise<contract.FileRecord[]> {
    const wanted = new Set(deploymentIds);
    return Promise.resolve(
      [...this.data.files.values()].filter(({ deployment }) => wanted.has(deployment.id)).map(fileRecord),
    );
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<contract.DeploymentRecord[]> {
    const from = this.windowStart(fromMinute);
    const fromMs = from * MINUTE_MS;
    return Promise.resolve(
      [...this.data.deployments.values()]
        .filter((it) => (ids ? ids.includes(it.id) : it.lastSeenMs >= fromMs))
        .map((it) => ({
          id: it.id,
          key: it.key,
          repositoryUrl: it.repositoryUrl,
          instances: [...it.instances.values()].filter((lastSeenMs) => lastSeenMs >= fromMs).length,
          firstSeenMs: it.firstSeenMs,
          lastSeenMs: it.lastSeenMs,
          observedSeconds: [...it.coverage]
            .filter(([minute]) => minute >= from)
            .reduce((sum, [, { low, high }]) => sum + coveredSeconds(low, high), 0),
        })),
    );
  }

  readFunctions(fileIds: readonly number[], fromMinute: Minute): Promise<contract.FunctionRecord[]> {
    const ids = fileIds.flatMap((id) => [...(this.data.files.get(id)?.functions.values() ?? [])].map((fn) => fn.id));
    return this.readFunctionsById(ids, fromMinute);
  }

  readFunctionsById(functionIds: readonly number[], fromMinute: Minute): Promise<contract.FunctionRecord[]> {
    const from = this.windowStart(fromMinute);
    return Promise.resolve(
      functionIds.flatMap((id) => {
        const fn = this.data.functions.get(id);
        return fn && isCurrent(fn) ? [record(fn, from, (caller) => this.resolved(caller))] : [];
      }),
    );
  }

  readFunctionTotals(deploymentIds: readonly number[], fromMinute: Minute): Promise<contract.FunctionTotal[]> {
    return Promise.resolve(this.reader.functionTotals(deploymentIds, this.windowStart(fromMinute)));
  }

  readEdges(deploymentIds: readonly number[], fromMinute: Minute): Promise<contract.EdgeTotal[]> {
    return Promise.resolve(this.reader.edges(deploymentIds, this.windowStart(fromMinute)));
  }

  readSeries(
    functionIds: readonly number[],
    fromMinute: Minute,
    widthMinutes: number,
  ): Promise<contract.SeriesPiece[]> {
    return Promise.resolve(this.reader.series(functionIds, this.windowStart(fromMinute), widthMinutes));
  }

  readObserved(deploymentId: number, fromMinute: Minute, widthMinutes: number): Promise<ReadonlyMap<Minute, number>> {
    return Promise.resolve(this.reader.observed(deploymentId, this.windowStart(fromMinute), widthMinutes));
  }

  readMinutes(
    deploymentIds: readonly number[],
    fromMinute: Minute,
    toMinute: Minute,
  ): AsyncIterable<contract.DeploymentMinute> {
    return this.reader.minutes(deploymentIds, fromMinute, toMinute);
  }

  readPaths(deploymentIds: readonly number[], fromMinute: Minute): Promise<contract.PathRecord[]> {
    return Promise.resolve(this.reader.paths(deploymentIds, this.windowStart(fromMinute)));
  }

  readEntryPoints(fromMinute: Minute): Promise<contract.EntryPointRecord[]> {
    const from = this.windowStart(fromMinute);
    const records = [...this.data.deployments.values()]
      .filter((it) => it.lastSeenMs >= from * MINUTE_MS)
      .flatMap((deployment) =>
        [...deployment.entryPoints.values()]
          .filter(({ rows }) => [...rows.keys()].some((minute) => minute >= from))
          .map((stored) => {
            const { calls, durations, errors } = totalsSince(stored, from);
            const { entryPoint, fn } = stored;
            return { deploymentId: deployment.id, entryPoint, fn, calls, durations: durations.value(), errors };
          }),
      );
    return Promise.resolve(mergedEntryPoints(records));
  }

  readExemplars(deploymentIds: readonly number[], entryPoint?: EntryPointKey): Promise<contract.ExemplarRecord[]> {
    const wanted = entryPoint && entryPointKeyText(entryPoint);
    return Promise.resolve(
      [...this.data.deployments.values()]
        .filter(({ id }) => deploymentIds.includes(id))
        .flatMap(({ id, exemplars }) =>
          [...exemplars]
            .filter(([text]) => wanted === undefined || text === wanted)
            .flatMap(([, of]) => of.map((it) => ({ ...it, deploymentId: id }))),
        )
        .map((it, i) => [it, i] as const)
        .sort(([a, i], [b, j]) => b.timeMs - a.timeMs || j - i)
        .map(([it]) => it),
    );
  }

  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, contract.DeploymentSummary>> {
    const from = this.windowStart(fromMinute);
    return Promise.resolve(
      new Map([...this.data.deployments.values()].map((deployment) => [deployment.id, summary(deployment, from)])),
    );
  }

  status(): Promise<contract.StoreStatus> {
    let oldest: Minute | undefined;
    for (const { coverage } of this.data.deployments.values()) {
      for (const minute of coverage.keys()) if (oldest === undefined || minute < oldest) oldest = minute;
    }
    const oldestMs = oldest === undefined ? undefined : oldest * MINUTE_MS;
    return Promise.resolve({ path: '', sizeBytes: 0, problem: '', oldestMs });
  }

  maintain(nowMs: number): Promise<boolean> {
    this.data.minuteCutoff = minuteCutoff(nowMs);
    this.data.hourCutoff = hourCutoff(nowMs);
    const oldest = dayCutoff(nowMs);
    const forgotten = catalogCutoff(nowMs);
    for (const [key, deployment] of this.data.deployments) {
      if (deployment.lastSeenMs < forgotten * MINUTE_MS) {
        this.data.deployments.delete(key);
        for (const { id, functions } of deployment.files.values()) {
          this.data.files.delete(id);
          for (const fn of functions.values()) this.data.functions.delete(fn.id);
        }
        continue;
      }
      for (const minute of deployment.coverage.keys()) if (minute < oldest) deployment.coverage.delete(minute);
      for (const minute of deployment.drops.keys()) if (minute < oldest) deployment.drops.delete(minute);
      this.rollUp(deployment, oldest);
      for (const [text, entryPoint] of deployment.entryPoints) {
        this.rollUp(entryPoint, oldest);
        if (entryPoint.rows.size === 0) deployment.entryPoints.delete(text);
      }
      for (const [text, { rows }] of deployment.paths) {
        for (const [minute, row] of rows) {
          const time = this.data.timeOf(minute);
          if (minute >= oldest && time === minute) continue;
          rows.delete(minute);
          if (minute < oldest) continue;
          const at = rows.get(time) ?? new Map<string, StoredPathRow>();
          addPathRows(at, row);
          rows.set(time, at);
        }
        if (rows.size === 0) deployment.paths.delete(text);
      }
      for (const [text, exemplars] of deployment.exemplars) {
        const kept = exemplars.filter(({ timeMs }) => timeMs >= forgotten * MINUTE_MS);
        deployment.exemplars.set(text, kept);
      }
      for (const file of deployment.files.values()) {
        for (const [text, fn] of file.functions) {
          this.rollUp(fn, oldest);
          const lastKnown = fn.lastCalledMinute ?? (fn.declaredSinceMs ?? Infinity) / MINUTE_MS;
          const isDeclared = fn.declaredHash === file.contentHash;
          if (!isDeclared && fn.rows.size === 0 && lastKnown < forgotten) {
            file.functions.delete(text);
            this.data.functions.delete(fn.id);
            deployment.functionCount--;
          }
        }
      }
    }
    for (const [key, storedMs] of this.once) {
      if (storedMs < nowMs - retention.onceHours * 3_600_000) this.once.delete(key);
    }
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A caller with a shortened path as the function it can only be. */
  private resolved(caller: CallerKey): CallerKey {
    if (caller === 'entry' || !caller.fn.path.startsWith('*') || caller.fn.path.length < 2 || caller.fn.line === 0)
      return caller;
    const { service, fn } = caller;
    const found = new Map<string, FunctionKey>();
    for (const file of this.data.files.values()) {
      if (file.deployment.key.service !== service || !file.path.endsWith(fn.path.slice(1))) continue;
      for (const { fn: own } of file.functions.values()) {
        if (own.line === fn.line && own.column === fn.column) found.set(functionKeyText(own), own);
      }
    }
    const [only] = found.values();
    return only && found.size === 1 ? { service, fn: only } : caller;
  }

  private rollUp(fn: { readonly rows: Map<Minute, StoredTotals> }, oldest: Minute): void {
    for (const [minute, row] of fn.rows) {
      const time = this.data.timeOf(minute);
      if (minute >= oldest && time === minute) continue;
      fn.rows.delete(minute);
      if (minute >= oldest) addTotals(totalsAt(fn, time), row);
    }
  }

  private windowStart(fromMinute: Minute): Minute {
    return this.data.timeOf(fromMinute);
  }
}

function fileRecord({ id, deployment, path, contentHash, notObservedReason }: StoredFile): contract.FileRecord {
  return { id, deploymentId: deployment.id, path, contentHash, notObservedReason };
}
