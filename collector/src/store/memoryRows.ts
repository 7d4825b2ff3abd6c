import { HistogramSum } from './histogramSum.js';
import type {
  CallerKey,
  DependencyKey,
  DeploymentKey,
  EntryPointKey,
  ErrorOrigin,
  Exemplar,
  FunctionKey,
  Minute,
  PathOwnerKey,
} from './model.js';
import { mergedCallers } from './mergedTotals.js';
import { addCount, addOrigin } from './functionTotals.js';
import { dependencyKeyText } from './keys.js';
import type * as contract from './store.js';
import { MINUTE_MS } from './storeTime.js';

// What the store in memory holds, and how it is added up.

export interface StoredTotals {
  calls: number;
  readonly durations: HistogramSum;
  readonly errors: Map<string, number>;
  readonly errorOrigins: Map<string, Record<ErrorOrigin, number>>;
  readonly callers: Map<string, { caller: CallerKey; calls: number; sampledCalls: number }>;
  readonly entries: Map<string, { entryPoint: EntryPointKey | undefined; calls: number }>;
  readonly dependencies: Map<string, StoredDependency>;
}

export interface StoredDependency {
  readonly dependency: DependencyKey;
  calls: number;
  errors: number;
  readonly durations: HistogramSum;
}

/** Calls through an entry point that one function handled. */
export interface StoredEntryPoint {
  readonly entryPoint: EntryPointKey;
  readonly fn: FunctionKey | undefined;
  readonly rows: Map<Minute, StoredTotals>;
}

/** Sums of critical paths through one entry point; by owner, '' for the traces as a whole. */
export interface StoredPath {
  readonly entryPoint: EntryPointKey;
  readonly rows: Map<Minute, Map<string, StoredPathRow>>;
}

export interface StoredPathRow {
  /** Undefined for the traces as a whole. */
  readonly owner: PathOwnerKey | undefined;
  traces: number;
  /** Of the traces as a whole, the partial ones. */
  pathTraces: number;
  selfNanos: number;
  savesAtMostNanos: number;
  boundTraces: number;
}

export interface StoredFunction {
  readonly id: number;
  readonly file: StoredFile;
  readonly fn: FunctionKey;
  endLine: number;
  bodyHash: string;
  declaredSinceMs: number | undefined;
  /** The content it was declared for; undefined when it was only seen. */
  declaredHash: string | undefined;
  lastCalledMinute: Minute | undefined;
  /** By minute; by the first minute of the hour for what is older than the cutoff. */
  readonly rows: Map<Minute, StoredTotals>;
}

export interface StoredFile {
  readonly id: number;
  readonly deployment: StoredDeployment;
  readonly path: string;
  contentHash: string;
  notObservedReason: string;
  readonly functions: Map<string, StoredFunction>;
}

export interface StoredDeployment {
  readonly id: number;
  readonly key: DeploymentKey;
  repositoryUrl: string;
  readonly firstSeenMs: number;
  lastSeenMs: number;
  functionCount: number;
  readonly instances: Map<string, number>;
  readonly files: Map<string, StoredFile>;
  readonly coverage: Map<Minute, { low: number; high: number }>;
  readonly drops: Map<Minute, Map<string, number>>;
  /** Of all its functions, and of none that is known. */
  readonly rows: Map<Minute, StoredTotals>;
  readonly entryPoints: Map<string, StoredEntryPoint>;
  readonly exemplars: Map<string, Exemplar[]>;
  readonly paths: Map<string, StoredPath>;
}

export const isCurrent = ({ declaredHash, file }: StoredFunction): boolean =>
  declaredHash === undefined || declaredHash === file.contentHash;

export function emptyTotals(): StoredTotals {
  return {
    calls: 0,
    durations: new HistogramSum(),
    errors: new Map(),
    errorOrigins: new Map(),
    callers: new Map(),
    entries: new Map(),
    dependencies: new Map(),
  };
}

export function totalsAt({ rows }: { readonly rows: Map<Minute, StoredTotals> }, time: Minute): StoredTotals {
  let row = rows.get(time);
  if (!row) {
    row = emptyTotals();
    rows.set(time, row);
  }
  return row;
}

export function dependencyAt({ dependencies }: StoredTotals, dependency: DependencyKey): StoredDependency {
  const text = dependencyKeyText(dependency);
  const at = dependencies.get(text) ?? { dependency, calls: 0, errors: 0, durations: new HistogramSum() };
  dependencies.set(text, at);
  return at;
}

export function pathRowAt(rows: Map<string, StoredPathRow>, text: string, owner: PathOwnerKey | undefined) {
  const row = rows.get(text) ?? {
    owner,
    traces: 0,
    pathTraces: 0,
    selfNanos: 0,
    savesAtMostNanos: 0,
    boundTraces: 0,
  };
  rows.set(text, row);
  return row;
}

export function addPathRows(into: Map<string, StoredPathRow>, from: ReadonlyMap<string, StoredPathRow>): void {
  for (const [text, row] of from) {
    const at = pathRowAt(into, text, row.owner);
    at.traces += row.traces;
    at.pathTraces += row.pathTraces;
    at.selfNanos += row.selfNanos;
    at.savesAtMostNanos += row.savesAtMostNanos;
    at.boundTraces += row.boundTraces;
  }
}

export function addTotals(into: StoredTotals, from: StoredTotals): void {
  into.calls += from.calls;
  into.durations.add(from.durations.value());
  for (const [type, count] of from.errors) addCount(into.errors, type, count);
  for (const [type, origins] of from.errorOrigins) {
    for (const origin of ['thrown', 'passed', 'unknown'] as const) {
      addOrigin(into.errorOrigins, type, origin, origins[origin]);
    }
  }
  for (const [text, edge] of from.callers) {
    const at = into.callers.get(text);
    into.callers.set(text, {
      caller: edge.caller,
      calls: (at?.calls ?? 0) + edge.calls,
      sampledCalls: (at?.sampledCalls ?? 0) + edge.sampledCalls,
    });
  }
  for (const [text, { entryPoint, calls }] of from.entries) {
    into.entries.set(text, { entryPoint, calls: (into.entries.get(text)?.calls ?? 0) + calls });
  }
  for (const it of from.dependencies.values()) {
    const at = dependencyAt(into, it.dependency);
    at.calls += it.calls;
    at.errors += it.errors;
    at.durations.add(it.durations.value());
  }
}

export function totalsSince({ rows }: { readonly rows: Map<Minute, StoredTotals> }, from: Minute): StoredTotals {
  const totals = emptyTotals();
  for (const [minute, row] of rows) if (minute >= from) addTotals(totals, row);
  return totals;
}

export function dependencyTotals({ dependencies }: StoredTotals): contract.DependencyTotal[] {
  return [...dependencies.values()].map((it) => ({ ...it, durations: it.durations.value() }));
}

/** @param resolve gives the function that a caller with a shortened path is */
export function record(
  stored: StoredFunction,
  from: Minute,
  resolve: (caller: CallerKey) => CallerKey,
): contract.FunctionRecord {
  const totals = totalsSince(stored, from);
  const { calls, durations, errors, errorOrigins, callers, entries } = totals;
  const { id, file, fn, endLine, bodyHash, declaredSinceMs, lastCalledMinute } = stored;
  return {
    id,
    fileId: file.id,
    fn,
    endLine,
    bodyHash,
    declaredSinceMs,
    lastCalledMs: lastCalledMinute === undefined ? undefined : lastCalledMinute * MINUTE_MS,
    calls,
    durations: durations.value(),
    errors,
    errorOrigins,
    callers: mergedCallers([...callers.values()].map((it) => ({ ...it, caller: resolve(it.caller) }))),
    entryPoints: [...entries.values()],
    dependencies: dependencyTotals(totals),
  };
}

export function summary(deployment: StoredDeployment, from: Minute): contract.DeploymentSummary {
  const files = [...deployment.files.values()];
  const totals = totalsSince(deployment, from);
  let functionsDeclared = 0;
  let declaredRan = 0;
  let functionsSeen = 0;
  let seenRan = 0;
  for (const file of files) {
    for (const fn of file.functions.values()) {
      if (!isCurrent(fn)) continue;
      const ran = fn.lastCalledMinute !== undefined && fn.lastCalledMinute >= from ? 1 : 0;
      if (fn.declaredHash !== undefined) {
        functionsDeclared++;
        declaredRan += ran;
      } else {
        functionsSeen++;
        seenRan += ran;
      }
    }
  }
  const drops = new Map<string, number>();
  for (const [minute, at] of deployment.drops) {
    if (minute >= from) for (const [reason, count] of at) addCount(drops, reason, count);
  }
  return {
    files: files.filter((file) => file.path !== '').length,
    filesNotObserved: files.filter((file) => file.notObservedReason !== '').length,
    functionsDeclared,
    declaredRan,
    functionsSeen,
    seenRan,
    calls: totals.calls,
    errors: [...totals.errors.values()].reduce((sum, count) => sum + count, 0),
    dependencies: dependencyTotals(totals),
    drops,
  };
}
