import { HistogramSum } from './histogramSum.js';
import { addCount } from './functionTotals.js';
import { callerKeyText, entryPointKeyText } from './keys.js';
import type { FunctionKey } from './model.js';
import type { CallerTotal, EdgeTotal, EntryPointRecord } from './store.js';

/** Callers that turned out to be the same are one. */
export function mergedCallers(callers: readonly CallerTotal[]): CallerTotal[] {
  const merged = new Map<string, CallerTotal>();
  for (const it of callers) {
    const text = callerKeyText(it.caller);
    const at = merged.get(text);
    merged.set(text, {
      caller: it.caller,
      calls: it.calls + (at?.calls ?? 0),
      sampledCalls: it.sampledCalls + (at?.sampledCalls ?? 0),
    });
  }
  return [...merged.values()];
}

/** Edges of the same two functions are one. */
export function mergedEdges(edges: readonly EdgeTotal[]): EdgeTotal[] {
  const merged = new Map<string, EdgeTotal>();
  for (const it of edges) {
    const text = `${it.functionId} ${callerKeyText(it.caller)}`;
    const at = merged.get(text);
    merged.set(text, {
      ...it,
      calls: it.calls + (at?.calls ?? 0),
      sampledCalls: it.sampledCalls + (at?.sampledCalls ?? 0),
    });
  }
  return [...merged.values()];
}

/** Entry points by name, whichever functions handled them. */
export function mergedEntryPoints(records: Iterable<EntryPointRecord>): EntryPointRecord[] {
  const sums = new Map<string, EntryPointSum>();
  for (const record of records) {
    const text = `${record.deploymentId}\0${entryPointKeyText(record.entryPoint)}`;
    const sum = sums.get(text) ?? {
      of: record,
      fn: undefined,
      fnCalls: -1,
      calls: 0,
      durations: new HistogramSum(),
      errors: new Map(),
    };
    if (record.fn && record.calls > sum.fnCalls) {
      sum.fn = record.fn;
      sum.fnCalls = record.calls;
    }
    sum.calls += record.calls;
    sum.durations.add(record.durations);
    for (const [type, count] of record.errors) addCount(sum.errors, type, count);
    sums.set(text, sum);
  }
  return [...sums.values()].map(({ of, fn, calls, durations, errors }) => ({
    deploymentId: of.deploymentId,
    entryPoint: of.entryPoint,
    fn,
    calls,
    durations: durations.value(),
    errors,
  }));
}

interface EntryPointSum {
  readonly of: EntryPointRecord;
  fn: FunctionKey | undefined;
  /** Calls of `fn`. */
  fnCalls: number;
  calls: number;
  readonly durations: HistogramSum;
  readonly errors: Map<string, number>;
}
