import { HistogramSum } from './histogramSum.js';
import type { ErrorOrigin } from './model.js';

/** Numbers of one function as they are added up; what they are by is an id of the catalog. */
export interface FunctionTotals {
  calls: number;
  readonly durations: HistogramSum;
  /** By error type. */
  readonly errors: Map<number, number>;
  readonly errorOrigins: Map<number, Record<ErrorOrigin, number>>;
  /** By caller. */
  readonly callers: Map<number, { calls: number; sampledCalls: number }>;
  /** By entry point; 0 is an unknown one. */
  readonly entries: Map<number, number>;
  /** By dependency. */
  readonly dependencies: Map<number, { calls: number; errors: number; readonly durations: HistogramSum }>;
}

export function emptyTotals(): FunctionTotals {
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

export function addCount<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

export function addOrigin<K>(
  origins: Map<K, Record<ErrorOrigin, number>>,
  type: K,
  origin: ErrorOrigin,
  count: number,
): void {
  const at = origins.get(type) ?? { thrown: 0, passed: 0, unknown: 0 };
  at[origin] += count;
  origins.set(type, at);
}

export function dependencyOf(
  totals: FunctionTotals,
  id: number,
): { calls: number; errors: number; readonly durations: HistogramSum } {
  let at = totals.dependencies.get(id);
  if (!at) {
    at = { calls: 0, errors: 0, durations: new HistogramSum() };
    totals.dependencies.set(id, at);
  }
  return at;
}
