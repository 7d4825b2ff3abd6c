import type { DeclaredFunction } from '../declarations.js';
import {
  CellKind,
  Control,
  DURATION_OFFSET,
  dropReasons,
  type DropReason,
  type SharedState,
} from '../runtime/sharedState.js';
import { apportion } from './apportion.js';

export interface ReportedFunction extends DeclaredFunction {
  readonly path: string;
}

export interface EdgeCalls {
  /** Undefined: entry from outside own code. */
  readonly caller: ReportedFunction | undefined;
  readonly calls: number;
  readonly samples: number;
}

export interface ErrorCalls {
  readonly type: string;
  readonly origin: 'thrown' | 'passed';
  readonly calls: number;
}

export interface Durations {
  readonly count: number;
  readonly zeroCount: number;
  readonly sumSeconds: number;
  /** Bucket index → count, at scale 4. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** What one function did in an interval. */
export interface FunctionActivity {
  readonly fn: ReportedFunction;
  readonly calls: number;
  readonly edges: readonly EdgeCalls[];
  readonly errors: readonly ErrorCalls[];
  readonly durations: Durations | undefined;
}

export interface IntervalActivity {
  readonly functions: readonly FunctionActivity[];
  readonly drops: readonly { readonly reason: DropReason; readonly count: number }[];
}

/** Calls of one function are sampled about so often an interval. */
const SAMPLES_PER_INTERVAL = 20;

/** Reads the shared memory: what happened since the last read, exact to the call. */
export class IntervalReader {
  readonly #state: SharedState;
  readonly #functions: (ReportedFunction | undefined)[] = [];
  readonly #errorTypes: string[] = [];
  readonly #counts = new Map<number, number>();
  readonly #cellCounts: number[] = [];
  readonly #cellSamples: number[] = [];
  readonly #durationSums = new Map<number, number>();
  readonly #drops = new Map<DropReason, number>();
  /** By function: its cells. */
  readonly #cellsOf = new Map<number, number[]>();
  #knownCells = 0;

  constructor(state: SharedState) {
    this.#state = state;
  }

  addFunction(fn: ReportedFunction): void {
    this.#functions[fn.id] = fn;
  }

  nameErrorType(index: number, name: string): void {
    this.#errorTypes[index] = name;
  }

  read(): IntervalActivity {
    this.#indexNewCells();
    const functions: FunctionActivity[] = [];
    const { counts } = this.#state;
    for (const fn of this.#functions) {
      if (!fn) continue;
      const count = Atomics.load(counts, fn.id);
      const calls = (count - (this.#counts.get(fn.id) ?? 0)) >>> 0;
      const cells = this.#cellsOf.get(fn.id) ?? [];
      if (calls === 0 && !cells.some((cell) => this.#hasNews(cell))) continue;
      this.#counts.set(fn.id, count);
      functions.push(this.#readFunction(fn, calls, cells));
      this.#resetSampling(fn.id, count, calls);
    }
    return { functions, drops: this.#readDrops() };
  }

  #indexNewCells(): void {
    const used = Atomics.load(this.#state.control, Control.cells);
    for (; this.#knownCells < used; this.#knownCells++) {
      const fn = (this.#state.cellOwner[this.#knownCells] ?? 0) >>> 2;
      const cells = this.#cellsOf.get(fn);
      if (cells) cells.push(this.#knownCells);
      else this.#cellsOf.set(fn, [this.#knownCells]);
    }
  }

  #hasNews(cell: number): boolean {
    return (this.#state.cellSamples[cell] ?? 0) !== (this.#cellSamples[cell] ?? 0);
  }

  #readFunction(fn: ReportedFunction, calls: number, cells: readonly number[]): FunctionActivity {
    const edges: { caller: ReportedFunction | undefined; weight: number; lifetime: number; samples: number }[] = [];
    const errors: ErrorCalls[] = [];
    const buckets = new Map<number, number>();
    let zeroCount = 0;
    let timed = 0;
    for (const cell of cells) {
      const total = Atomics.load(this.#state.cellCount, cell);
      const allSamples = Atomics.load(this.#state.cellSamples, cell);
      const count = (total - (this.#cellCounts[cell] ?? 0)) >>> 0;
      const samples = (allSamples - (this.#cellSamples[cell] ?? 0)) >>> 0;
      this.#cellCounts[cell] = total;
      this.#cellSamples[cell] = allSamples;
      const detail = this.#state.cellDetail[cell] ?? 0;
      const kind = (this.#state.cellOwner[cell] ?? 0) & 3;
      if (kind === CellKind.edge) {
        const caller = detail === 0 ? undefined : this.#functions[detail - 1];
        edges.push({ caller, weight: count, lifetime: total >>> 0, samples });
      } else if (count > 0 && kind === CellKind.error) {
        const type = this.#errorTypes[detail >> 1] ?? 'Error';
        errors.push({ type, origin: detail & 1 ? 'passed' : 'thrown', calls: count });
      } else if (count > 0) {
        timed += count;
        if (detail === 0) zeroCount += count;
        else buckets.set(detail - DURATION_OFFSET, count);
      }
    }
    const sum = this.#state.durationSums[fn.id] ?? 0;
    const sumSeconds = sum - (this.#durationSums.get(fn.id) ?? 0);
    this.#durationSums.set(fn.id, sum);
    return {
      fn,
      calls,
      edges: shareCalls(calls, edges),
      errors,
      durations: timed === 0 ? undefined : { count: timed, zeroCount, sumSeconds: Math.max(0, sumSeconds), buckets },
    };
  }

  /** From now on the next call is sampled again, and then about SAMPLES_PER_INTERVAL if calls go on as they did. */
  #resetSampling(fn: number, count: number, calls: number): void {
    this.#state.stride[fn] = Math.max(1, Math.floor(calls / SAMPLES_PER_INTERVAL));
    this.#state.resetAt[fn] = count;
    this.#state.nextSample[fn] = count;
  }

  #readDrops(): { reason: DropReason; count: number }[] {
    return dropReasons.flatMap((reason, index) => {
      const total = Atomics.load(this.#state.control, Control.drops + index);
      const count = (total - (this.#drops.get(reason) ?? 0)) >>> 0;
      this.#drops.set(reason, total);
      return count === 0 ? [] : [{ reason, count }];
    });
  }
}

/**
 * Splits a function's calls among its callers in proportion to what the samples stand for. Where no call of the interval was
 * sampled, its whole history decides; where there is none either, the calls count as entry.
 */
function shareCalls(
  calls: number,
  edges: readonly { caller: ReportedFunction | undefined; weight: number; lifetime: number; samples: number }[],
): EdgeCalls[] {
  if (calls === 0) return [];
  const hasWeight = edges.some(({ weight }) => weight > 0);
  const parts = apportion(
    calls,
    edges.map(({ weight, lifetime }) => (hasWeight ? weight : lifetime)),
  );
  const merged = new Map<ReportedFunction | undefined, { calls: number; samples: number }>();
  edges.forEach(({ caller, samples }, i) => {
    const before = merged.get(caller) ?? { calls: 0, samples: 0 };
    merged.set(caller, { calls: before.calls + (parts[i] ?? 0), samples: before.samples + samples });
  });
  if (parts.every((part) => part === 0)) merged.set(undefined, { calls, samples: merged.get(undefined)?.samples ?? 0 });
  return [...merged]
    .filter(([, edge]) => edge.calls > 0)
    .map(([caller, edge]) => ({ caller, calls: edge.calls, samples: Math.min(edge.calls, edge.samples) }));
}
