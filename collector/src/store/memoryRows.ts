import { HistogramSum } from './histogramSum.js';
import type { CallerKey, DeploymentKey, FunctionKey, Minute } from './model.js';
import type * as contract from './store.js';
import { MINUTE_MS } from './storeTime.js';

// What the store in memory holds, and how it is added up.

export interface FunctionTotals {
  calls: number;
  readonly durations: HistogramSum;
  readonly errors: Map<string, number>;
  readonly callers: Map<string, { caller: CallerKey; calls: number; sampledCalls: number }>;
}

export interface StoredFunction {
  readonly fn: FunctionKey;
  endLine: number;
  bodyHash: string;
  declaredSinceMs: number | undefined;
  /** The content it was declared for; undefined when it was only seen. */
  declaredHash: string | undefined;
  lastCalledMinute: Minute | undefined;
  /** By minute; by the first minute of the hour for what is older than the cutoff. */
  readonly rows: Map<Minute, FunctionTotals>;
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
}

export const isCurrent = (file: StoredFile) => (fn: StoredFunction) =>
  fn.declaredHash === undefined || fn.declaredHash === file.contentHash;

export function totalsAt(fn: StoredFunction, time: Minute): FunctionTotals {
  let row = fn.rows.get(time);
  if (!row) {
    row = { calls: 0, durations: new HistogramSum(), errors: new Map(), callers: new Map() };
    fn.rows.set(time, row);
  }
  return row;
}

export function addTotals(into: FunctionTotals, from: FunctionTotals): void {
  into.calls += from.calls;
  into.durations.add(from.durations.value());
  for (const [type, count] of from.errors) into.errors.set(type, (into.errors.get(type) ?? 0) + count);
  for (const [text, edge] of from.callers) {
    const at = into.callers.get(text);
    into.callers.set(text, {
      caller: edge.caller,
      calls: (at?.calls ?? 0) + edge.calls,
      sampledCalls: (at?.sampledCalls ?? 0) + edge.sampledCalls,
    });
  }
}

function totalsSince(fn: StoredFunction, from: Minute): FunctionTotals {
  const totals: FunctionTotals = { calls: 0, durations: new HistogramSum(), errors: new Map(), callers: new Map() };
  for (const [minute, row] of fn.rows) if (minute >= from) addTotals(totals, row);
  return totals;
}

export function record(file: StoredFile, stored: StoredFunction, from: Minute): contract.FunctionRecord {
  const { calls, durations, errors, callers } = totalsSince(stored, from);
  const { fn, endLine, bodyHash, declaredSinceMs, lastCalledMinute } = stored;
  return {
    fileId: file.id,
    fn,
    endLine,
    bodyHash,
    declaredSinceMs,
    lastCalledMs: lastCalledMinute === undefined ? undefined : lastCalledMinute * MINUTE_MS,
    calls,
    durations: durations.value(),
    errors,
    callers: [...callers.values()],
  };
}

export function summary(deployment: StoredDeployment, from: Minute): contract.DeploymentSummary {
  const files = [...deployment.files.values()];
  let functionsDeclared = 0;
  let declaredRan = 0;
  let functionsSeen = 0;
  let seenRan = 0;
  let calls = 0;
  let errors = 0;
  for (const file of files) {
    for (const fn of file.functions.values()) {
      if (!isCurrent(file)(fn)) continue;
      const totals = totalsSince(fn, from);
      const ran = totals.calls > 0 ? 1 : 0;
      if (fn.declaredHash !== undefined) {
        functionsDeclared++;
        declaredRan += ran;
      } else {
        functionsSeen++;
        seenRan += ran;
      }
      calls += totals.calls;
      for (const count of totals.errors.values()) errors += count;
    }
  }
  const drops = new Map<string, number>();
  for (const [minute, at] of deployment.drops) {
    if (minute >= from) for (const [reason, count] of at) drops.set(reason, (drops.get(reason) ?? 0) + count);
  }
  const filesNotObserved = files.filter((file) => file.notObservedReason !== '').length;
  const named = files.filter((file) => file.path !== '').length;
  return {
    files: named,
    filesNotObserved,
    functionsDeclared,
    declaredRan,
    functionsSeen,
    seenRan,
    calls,
    errors,
    drops,
  };
}
