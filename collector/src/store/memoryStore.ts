import { coverageOf, coveredSeconds } from './coverage.js';
import { callerKeyText, deploymentKeyText, functionKeyText } from './keys.js';
import {
  addTotals,
  isCurrent,
  record,
  summary,
  totalsAt,
  type FunctionTotals,
  type StoredDeployment,
  type StoredFile,
  type StoredFunction,
} from './memoryRows.js';
import type { CallerKey, FileDeclaration, FunctionKey, Minute, Report } from './model.js';
import type * as contract from './store.js';
import { OTHER_ERROR_TYPE, defaultStoreLimits, retention } from './store.js';
import { MINUTE_MS, hourCutoff, hourStart, minuteCutoff, minuteOf } from './storeTime.js';

/** Everything in maps of this process: for tests, and for trying things out. */
export class MemoryStore implements contract.Store {
  readonly kind = 'memory';
  private readonly deployments = new Map<string, StoredDeployment>();
  private readonly files: StoredFile[] = [];
  private readonly callers = new Map<string, CallerKey>();
  private readonly errorTypes = new Set<string>();
  private readonly once = new Map<string, number>();
  private cutoff: Minute = 0;

  constructor(private readonly limits: contract.StoreLimits = defaultStoreLimits) {}

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
      overLimit += this.writeReport(report, nowMs);
    }
    return Promise.resolve({ duplicates, overLimit });
  }

  findFiles(paths: readonly string[]): Promise<contract.FileRecord[]> {
    const wanted = new Set(paths);
    return Promise.resolve(
      this.files
        .filter((file) => wanted.has(file.path))
        .map(({ id, deployment, path, contentHash, notObservedReason }) => ({
          id,
          deploymentId: deployment.id,
          path,
          contentHash,
          notObservedReason,
        })),
    );
  }

  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<contract.DeploymentRecord[]> {
    const from = this.windowStart(fromMinute);
    const fromMs = from * MINUTE_MS;
    return Promise.resolve(
      [...this.deployments.values()]
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
    const from = this.windowStart(fromMinute);
    return Promise.resolve(
      fileIds.flatMap((id) => {
        const file = this.files[id];
        return file ? [...file.functions.values()].filter(isCurrent(file)).map((fn) => record(file, fn, from)) : [];
      }),
    );
  }

  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, contract.DeploymentSummary>> {
    const from = this.windowStart(fromMinute);
    return Promise.resolve(
      new Map([...this.deployments.values()].map((deployment) => [deployment.id, summary(deployment, from)])),
    );
  }

  status(): Promise<contract.StoreStatus> {
    let oldest: Minute | undefined;
    for (const { coverage } of this.deployments.values()) {
      for (const minute of coverage.keys()) if (oldest === undefined || minute < oldest) oldest = minute;
    }
    const oldestMs = oldest === undefined ? undefined : oldest * MINUTE_MS;
    return Promise.resolve({ path: '', sizeBytes: 0, problem: '', oldestMs });
  }

  maintain(nowMs: number): Promise<boolean> {
    this.cutoff = minuteCutoff(nowMs);
    const oldest = hourCutoff(nowMs);
    for (const deployment of this.deployments.values()) {
      for (const minute of deployment.coverage.keys()) if (minute < oldest) deployment.coverage.delete(minute);
      for (const minute of deployment.drops.keys()) if (minute < oldest) deployment.drops.delete(minute);
      for (const file of deployment.files.values()) {
        for (const fn of file.functions.values()) this.rollUp(fn, oldest);
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

  /** Returns how much was over a limit. */
  private writeReport(report: Report, nowMs: number): number {
    const deployment = this.deployment(report, nowMs);
    if (!deployment) return 1;
    let overLimit = 0;
    const drop = (minute: Minute, reason: string, count = 1): void => {
      const at = deployment.drops.get(minute) ?? new Map<string, number>();
      at.set(reason, (at.get(reason) ?? 0) + count);
      deployment.drops.set(minute, at);
    };
    const over = (minute: Minute, reason: string): void => {
      overLimit++;
      drop(minute, reason);
    };
    deployment.lastSeenMs = Math.max(deployment.lastSeenMs, nowMs);
    if (report.repositoryUrl !== '') deployment.repositoryUrl = report.repositoryUrl;
    deployment.instances.set(report.instanceId, nowMs);
    for (const interval of report.covered) {
      for (const { minute, low, high } of coverageOf(interval)) {
        const at = deployment.coverage.get(minute);
        deployment.coverage.set(minute, { low: (at?.low ?? 0) | low, high: (at?.high ?? 0) | high });
      }
    }
    for (const declaration of report.declarations) this.declare(deployment, declaration, nowMs, over);
    const totals = (minute: Minute, key: FunctionKey): FunctionTotals | undefined => {
      const fn = this.fn(deployment, key, minute, over);
      return fn && totalsAt(fn, minute < this.cutoff ? hourStart(minute) : minute);
    };
    for (const row of report.functions) {
      const at = totals(row.minute, row.fn);
      if (!at) continue;
      at.calls += row.calls;
      at.durations.add(row.durations);
      const fn = deployment.files.get(row.fn.path)?.functions.get(functionKeyText(row.fn));
      if (fn && row.calls > 0) fn.lastCalledMinute = Math.max(fn.lastCalledMinute ?? 0, row.minute);
    }
    for (const row of report.errors) {
      const type = this.errorType(row.type);
      const at = totals(row.minute, row.fn);
      at?.errors.set(type, (at.errors.get(type) ?? 0) + row.count);
    }
    for (const row of report.edges) {
      const text = callerKeyText(row.caller);
      if (!this.callers.has(text)) {
        if (this.callers.size >= this.limits.callers) {
          over(row.minute, 'caller_limit');
          continue;
        }
        this.callers.set(text, row.caller);
      }
      const at = totals(row.minute, row.callee);
      if (!at) continue;
      const edge = at.callers.get(text) ?? { caller: row.caller, calls: 0, sampledCalls: 0 };
      edge.calls += row.calls;
      edge.sampledCalls += row.sampledCalls;
      at.callers.set(text, edge);
    }
    for (const row of report.drops) drop(row.minute, row.reason, row.count);
    return overLimit;
  }

  private deployment(report: Report, nowMs: number): StoredDeployment | undefined {
    const text = deploymentKeyText(report.deployment);
    let deployment = this.deployments.get(text);
    if (!deployment && this.deployments.size < this.limits.deployments) {
      deployment = {
        id: this.deployments.size,
        key: report.deployment,
        repositoryUrl: '',
        firstSeenMs: nowMs,
        lastSeenMs: nowMs,
        functionCount: 0,
        instances: new Map(),
        files: new Map(),
        coverage: new Map(),
        drops: new Map(),
      };
      this.deployments.set(text, deployment);
    }
    return deployment;
  }

  private declare(
    deployment: StoredDeployment,
    declaration: FileDeclaration,
    nowMs: number,
    over: (minute: Minute, reason: string) => void,
  ): void {
    const file = this.file(deployment, declaration.path, minuteOf(nowMs), over);
    if (!file) return;
    file.contentHash = declaration.contentHash;
    file.notObservedReason = declaration.notObservedReason;
    for (const { name, line, column, endLine, bodyHash } of declaration.functions) {
      const fn = this.fn(deployment, { path: file.path, name, line, column }, minuteOf(nowMs), over);
      if (!fn) continue;
      fn.endLine = endLine;
      fn.bodyHash = bodyHash;
      fn.declaredSinceMs ??= nowMs;
      fn.declaredHash = declaration.contentHash;
    }
  }

  private file(
    deployment: StoredDeployment,
    path: string,
    minute: Minute,
    over: (minute: Minute, reason: string) => void,
  ): StoredFile | undefined {
    const known = deployment.files.get(path);
    if (known) return known;
    if (deployment.files.size >= this.limits.filesPerDeployment) {
      over(minute, 'file_limit');
      return undefined;
    }
    const file: StoredFile = {
      id: this.files.length,
      deployment,
      path,
      contentHash: '',
      notObservedReason: '',
      functions: new Map(),
    };
    this.files.push(file);
    deployment.files.set(path, file);
    return file;
  }

  private fn(
    deployment: StoredDeployment,
    key: FunctionKey,
    minute: Minute,
    over: (minute: Minute, reason: string) => void,
  ): StoredFunction | undefined {
    const file = this.file(deployment, key.path, minute, over);
    if (!file) return undefined;
    const text = functionKeyText(key);
    const known = file.functions.get(text);
    if (known) return known;
    if (deployment.functionCount >= this.limits.functionsPerDeployment) {
      over(minute, 'function_limit');
      return undefined;
    }
    deployment.functionCount++;
    const fn: StoredFunction = {
      fn: key,
      endLine: 0,
      bodyHash: '',
      declaredSinceMs: undefined,
      declaredHash: undefined,
      lastCalledMinute: undefined,
      rows: new Map(),
    };
    file.functions.set(text, fn);
    return fn;
  }

  private errorType(type: string): string {
    if (this.errorTypes.has(type)) return type;
    if (this.errorTypes.size >= this.limits.errorTypes) return OTHER_ERROR_TYPE;
    this.errorTypes.add(type);
    return type;
  }

  private rollUp(fn: StoredFunction, oldest: Minute): void {
    for (const [minute, row] of fn.rows) {
      if (minute >= this.cutoff || (minute >= oldest && minute === hourStart(minute))) continue;
      fn.rows.delete(minute);
      if (minute >= oldest) addTotals(totalsAt(fn, hourStart(minute)), row);
    }
  }

  private windowStart(fromMinute: Minute): Minute {
    return fromMinute < this.cutoff ? hourStart(fromMinute) : fromMinute;
  }
}
