import { NEVER_LOADED } from '@hindcast/proto/semconv';
import { bestExemplars } from './bestExemplars.js';
import { coverageOf } from './coverage.js';
import { addCount, addOrigin } from './functionTotals.js';
import {
  callerKeyText,
  dependencyKeyText,
  deploymentKeyText,
  entryPointKeyText,
  functionKeyText,
  pathOwnerKeyText,
} from './keys.js';
import {
  dependencyAt,
  pathRowAt,
  totalsAt,
  type StoredDeployment,
  type StoredEntryPoint,
  type StoredFile,
  type StoredFunction,
  type StoredPathRow,
  type StoredTotals,
} from './memoryRows.js';
import type {
  DependencyKey,
  EntryPointKey,
  FileDeclaration,
  FunctionKey,
  Minute,
  PathOwnerKey,
  Report,
} from './model.js';
import { OTHER_ERROR_TYPE, type StoreLimits } from './store.js';
import { dayStart, hourStart, minuteOf } from './storeTime.js';

/** What the store in memory holds, and how reports are added to it. */
export class MemoryWriter {
  readonly deployments = new Map<string, StoredDeployment>();
  readonly files = new Map<number, StoredFile>();
  readonly functions = new Map<number, StoredFunction>();
  /** Minutes before this one are kept by the hour … */
  minuteCutoff: Minute = 0;
  /** … and those before this one by the day. */
  hourCutoff: Minute = 0;
  private readonly callers = new Set<string>();
  private readonly dependencies = new Set<string>();
  private readonly errorTypes = new Set<string>();
  private readonly pathOwners = new Set<string>();
  private lastId = 0;

  constructor(private readonly limits: StoreLimits) {}

  /** The time at which numbers of this minute are kept. */
  timeOf(minute: Minute): Minute {
    if (minute >= this.minuteCutoff) return minute;
    return minute >= this.hourCutoff ? hourStart(minute) : dayStart(minute);
  }

  /** Returns how much was over a limit. */
  write(report: Report, nowMs: number): number {
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
    const timeOf = (minute: Minute): Minute => this.timeOf(minute);
    const all = (minute: Minute): StoredTotals => totalsAt(deployment, timeOf(minute));
    const totals = (minute: Minute, key: FunctionKey): StoredTotals | undefined => {
      const fn = this.fn(deployment, key, minute, over);
      return fn && totalsAt(fn, timeOf(minute));
    };
    for (const row of report.functions) {
      const at = totals(row.minute, row.fn);
      if (!at) continue;
      at.calls += row.calls;
      at.durations.add(row.durations);
      all(row.minute).calls += row.calls;
      const fn = deployment.files.get(row.fn.path)?.functions.get(functionKeyText(row.fn));
      if (fn && row.calls > 0) fn.lastCalledMinute = Math.max(fn.lastCalledMinute ?? 0, row.minute);
    }
    for (const row of report.errors) {
      const type = this.errorType(row.type);
      const at = totals(row.minute, row.fn);
      if (!at) continue;
      addCount(at.errors, type, row.count);
      addOrigin(at.errorOrigins, type, row.origin, row.count);
      addCount(all(row.minute).errors, type, row.count);
    }
    for (const row of report.edges) {
      const text = callerKeyText(row.caller);
      if (!this.callers.has(text)) {
        if (this.callers.size >= this.limits.callers) {
          over(row.minute, 'caller_limit');
          continue;
        }
        this.callers.add(text);
      }
      const at = totals(row.minute, row.callee);
      if (!at) continue;
      const edge = at.callers.get(text) ?? { caller: row.caller, calls: 0, sampledCalls: 0 };
      edge.calls += row.calls;
      edge.sampledCalls += row.sampledCalls;
      at.callers.set(text, edge);
    }
    const entryTotals = (row: Report['entries'][number] | Report['entryErrors'][number]): StoredTotals | undefined => {
      const fn = row.fn && this.fn(deployment, row.fn, row.minute, over);
      const entryPoint = this.entryPoint(deployment, row.entryPoint, fn?.fn, row.minute, over);
      return entryPoint && totalsAt(entryPoint, timeOf(row.minute));
    };
    for (const row of report.entries) {
      const at = entryTotals(row);
      if (!at) continue;
      at.calls += row.calls;
      at.durations.add(row.durations);
    }
    for (const row of report.entryErrors) {
      const at = entryTotals(row);
      if (at) addCount(at.errors, this.errorType(row.type), row.count);
    }
    for (const { minute, fn, entryPoint, calls } of report.functionEntries) {
      if (entryPoint && !this.entryPoint(deployment, entryPoint, undefined, minute, over)) continue;
      const at = totals(minute, fn);
      const text = entryPoint ? entryPointKeyText(entryPoint) : '';
      at?.entries.set(text, { entryPoint, calls: (at.entries.get(text)?.calls ?? 0) + calls });
    }
    for (const exemplar of report.exemplars) {
      const { entryPoint, timeMs } = exemplar;
      if (!this.entryPoint(deployment, entryPoint, undefined, minuteOf(timeMs), over)) continue;
      const text = entryPointKeyText(entryPoint);
      deployment.exemplars.set(text, bestExemplars([...(deployment.exemplars.get(text) ?? []), exemplar]));
    }
    const withDependency = (minute: Minute, fn: FunctionKey | undefined, key: DependencyKey): StoredTotals[] => {
      const text = dependencyKeyText(key);
      if (!this.dependencies.has(text)) {
        if (this.dependencies.size >= this.limits.dependencies) {
          over(minute, 'dependency_limit');
          return [];
        }
        this.dependencies.add(text);
      }
      const at = fn && totals(minute, fn);
      return at ? [all(minute), at] : [all(minute)];
    };
    for (const { minute, fn, dependency, calls, durations } of report.dependencies) {
      for (const at of withDependency(minute, fn, dependency)) {
        dependencyAt(at, dependency).calls += calls;
        dependencyAt(at, dependency).durations.add(durations);
      }
    }
    for (const { minute, fn, dependency, count } of report.dependencyErrors) {
      for (const at of withDependency(minute, fn, dependency)) dependencyAt(at, dependency).errors += count;
    }
    const pathRow = (
      minute: Minute,
      entryPoint: EntryPointKey,
      owner: PathOwnerKey | undefined,
    ): StoredPathRow | undefined => {
      if (!this.entryPoint(deployment, entryPoint, undefined, minute, over)) return undefined;
      const ownerText = owner ? pathOwnerKeyText(owner) : '';
      if (owner && !this.pathOwners.has(ownerText)) {
        if (this.pathOwners.size >= this.limits.pathOwners) {
          over(minute, 'path_limit');
          return undefined;
        }
        this.pathOwners.add(ownerText);
      }
      const text = entryPointKeyText(entryPoint);
      const path = deployment.paths.get(text) ?? { entryPoint, rows: new Map<Minute, Map<string, StoredPathRow>>() };
      deployment.paths.set(text, path);
      const rows = path.rows.get(timeOf(minute)) ?? new Map<string, StoredPathRow>();
      path.rows.set(timeOf(minute), rows);
      return pathRowAt(rows, ownerText, owner);
    };
    for (const { minute, entryPoint, traces, partialTraces, totalNanos } of report.paths) {
      const at = pathRow(minute, entryPoint, undefined);
      if (!at) continue;
      at.traces += traces;
      at.pathTraces += partialTraces;
      at.selfNanos += totalNanos;
    }
    for (const row of report.pathOwners) {
      const at = pathRow(row.minute, row.entryPoint, row.owner);
      if (!at) continue;
      at.traces += row.traces;
      at.pathTraces += row.pathTraces;
      at.selfNanos += row.selfNanos;
      at.savesAtMostNanos += row.savesAtMostNanos;
      at.boundTraces += row.boundTraces;
    }
    for (const row of report.drops) drop(row.minute, row.reason, row.count);
    return overLimit;
  }

  private deployment(report: Report, nowMs: number): StoredDeployment | undefined {
    const text = deploymentKeyText(report.deployment);
    let deployment = this.deployments.get(text);
    if (!deployment && this.deployments.size < this.limits.deployments) {
      deployment = {
        id: ++this.lastId,
        key: report.deployment,
        repositoryUrl: '',
        firstSeenMs: nowMs,
        lastSeenMs: nowMs,
        functionCount: 0,
        instances: new Map(),
        files: new Map(),
        coverage: new Map(),
        drops: new Map(),
        rows: new Map(),
        entryPoints: new Map(),
        exemplars: new Map(),
        paths: new Map(),
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
    const isKnown = file.contentHash !== '' || file.notObservedReason !== '' || file.functions.size > 0;
    // What another instance knows of the file is more.
    if (isKnown && declaration.notObservedReason === NEVER_LOADED) return;
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
      id: ++this.lastId,
      deployment,
      path,
      contentHash: '',
      notObservedReason: '',
      functions: new Map(),
    };
    this.files.set(file.id, file);
    deployment.files.set(path, file);
    return file;
  }

  private fn(
    deployment: StoredDeployment,
    key: FunctionKey,
    minute: Minute,
    over: (minute: Minute, reason: string) => void,
  ): StoredFunction | undefined {
    const isFull = deployment.functionCount >= this.limits.functionsPerDeployment;
    if (isFull && !deployment.files.has(key.path)) {
      over(minute, 'function_limit');
      return undefined;
    }
    const file = this.file(deployment, key.path, minute, over);
    if (!file) return undefined;
    const text = functionKeyText(key);
    const known = file.functions.get(text);
    if (known) return known;
    if (isFull) {
      over(minute, 'function_limit');
      return undefined;
    }
    deployment.functionCount++;
    const fn: StoredFunction = {
      id: ++this.lastId,
      file,
      fn: key,
      endLine: 0,
      bodyHash: '',
      declaredSinceMs: undefined,
      declaredHash: undefined,
      lastCalledMinute: undefined,
      rows: new Map(),
    };
    file.functions.set(text, fn);
    this.functions.set(fn.id, fn);
    return fn;
  }

  private entryPoint(
    deployment: StoredDeployment,
    entryPoint: EntryPointKey,
    fn: FunctionKey | undefined,
    minute: Minute,
    over: (minute: Minute, reason: string) => void,
  ): StoredEntryPoint | undefined {
    const text = `${entryPointKeyText(entryPoint)}\0${fn ? functionKeyText(fn) : ''}`;
    const known = deployment.entryPoints.get(text);
    if (known) return known;
    if (deployment.entryPoints.size >= this.limits.entryPointsPerDeployment) {
      over(minute, 'entry_limit');
      return undefined;
    }
    const stored: StoredEntryPoint = { entryPoint, fn, rows: new Map() };
    deployment.entryPoints.set(text, stored);
    return stored;
  }

  private errorType(type: string): string {
    if (this.errorTypes.has(type)) return type;
    if (this.errorTypes.size >= this.limits.errorTypes) return OTHER_ERROR_TYPE;
    this.errorTypes.add(type);
    return type;
  }
}
