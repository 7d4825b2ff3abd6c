import type { DeclaredFunction } from '../declarations.js';
import {
  CellKind,
  Control,
  DURATION_OFFSET,
  dropReasons,
  type DropReason,
  type SharedState,
} from '../runtime/sharedState.js';
import type { SeriesNamed } from '../context/series.js';
import type { CallerPlace } from '../context/traceState.js';
import { apportion } from './apportion.js';
import {
  type DependencyActivity,
  type Durations,
  type EntryActivity,
  type EntryName,
  SeriesReader,
} from './seriesReader.js';

export interface ReportedFunction extends DeclaredFunction {
  readonly path: string;
}

export interface EdgeCalls {
  /** Undefined: entry from outside own code. With a service: a function of another service. */
  readonly caller: ReportedFunction | CallerPlace | undefined;
  readonly calls: number;
  readonly samples: number;
}

export interface ErrorCalls {
  readonly type: string;
  readonly origin: 'thrown' | 'passed';
  readonly calls: number;
}

/** Calls on behalf of an entry point; of none that is known when undefined. Estimated. */
export interface EntryShare {
  readonly entry: EntryName | undefined;
  readonly calls: number;
}

/** What one function did in an interval. */
export interface FunctionActivity {
  readonly fn: ReportedFunction;
  readonly calls: number;
  readonly edges: readonly EdgeCalls[];
  readonly errors: readonly ErrorCalls[];
  readonly durations: Durations | undefined;
  readonly shares: readonly EntryShare[];
}

export interface IntervalActivity {
  readonly functions: readonly FunctionActivity[];
  readonly entries: readonly EntryActivity[];
  readonly dependencies: readonly DependencyActivity[];
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
  /** By cell of an edge: what it weighed in the last interval in which one of the function's callers was looked up. */
  readonly #lastWeights: number[] = [];
  /** By function none of whose callers was ever looked up: its calls so far. */
  readonly #unattributed = new Map<number, number>();
  readonly #durationSums = new Map<number, number>();
  readonly #drops = new Map<DropReason, number>();
  /** By function: its cells. */
  readonly #cellsOf = new Map<number, number[]>();
  readonly #series: SeriesReader;
  #knownCells = 0;

  /** `catchUp` names the series that were declared since. */
  constructor(state: SharedState, catchUp: () => void = () => undefined) {
    this.#state = state;
    this.#series = new SeriesReader(state, catchUp);
  }

  functionOf(id: number): ReportedFunction | undefined {
    return this.#functions[id];
  }

  nameSeries(named: SeriesNamed): void {
    this.#series.add(named);
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
    return { functions, ...this.#series.read(), drops: this.#readDrops() };
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
    const edges: { cell: number; caller: ReportedFunction | undefined; weight: number; samples: number }[] = [];
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
        edges.push({ cell, caller, weight: count, samples });
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
      edges: this.#splitCalls(fn.id, calls, edges),
      errors,
      durations: timed === 0 ? undefined : { count: timed, zeroCount, sumSeconds: Math.max(0, sumSeconds), buckets },
      shares: shareEntries(calls, this.#series.takeShares(fn.id)),
    };
  }

  /**
   * Where no caller was looked up in the interval, the last one that had a look decides. Calls before the first look wait for it: nothing
   * is known of them, not even that they came from outside.
   */
  #splitCalls(
    fn: number,
    calls: number,
    edges: readonly { cell: number; caller: ReportedFunction | undefined; weight: number; samples: number }[],
  ): EdgeCalls[] {
    const remote = this.#series.takeCallers(fn, calls);
    if (edges.some(({ weight }) => weight > 0)) {
      for (const { cell, weight } of edges) this.#lastWeights[cell] = weight;
    }
    const weighed = edges.map((edge) => ({ ...edge, weight: this.#lastWeights[edge.cell] ?? 0 }));
    const waiting = this.#unattributed.get(fn) ?? 0;
    if (weighed.some(({ weight }) => weight > 0)) {
      this.#unattributed.delete(fn);
      return shareCalls(calls + waiting, weighed, remote);
    }
    const left = calls + waiting - remote.reduce((sum, edge) => sum + edge.calls, 0);
    if (left > 0) this.#unattributed.set(fn, left);
    return remote.map(seenCalls);
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
 * Splits a function's calls among its callers. Calls from functions of other services are known exactly: they come first, out of
 * the calls that came from outside own code where these are enough. The rest is split in proportion to the weights.
 */
function shareCalls(
  calls: number,
  edges: readonly { caller: ReportedFunction | undefined; weight: number; samples: number }[],
  remote: readonly { caller: CallerPlace; calls: number }[],
): EdgeCalls[] {
  if (calls === 0) return [];
  const explained = remote.reduce((sum, edge) => sum + edge.calls, 0);
  const parts = withoutExplained(
    calls,
    explained,
    edges.map(({ weight }) => weight),
    edges.findIndex(({ caller }) => caller === undefined),
  );
  const merged = new Map<ReportedFunction | undefined, { calls: number; samples: number }>();
  edges.forEach(({ caller, samples }, i) => {
    const before = merged.get(caller) ?? { calls: 0, samples: 0 };
    merged.set(caller, { calls: before.calls + (parts[i] ?? 0), samples: before.samples + samples });
  });
  const local: EdgeCalls[] = [...merged]
    .filter(([, edge]) => edge.calls > 0)
    .map(([caller, edge]) => ({ caller, calls: edge.calls, samples: Math.min(edge.calls, edge.samples) }));
  return [...local, ...remote.map(seenCalls)];
}

/** Every one of these was seen. */
const seenCalls = ({ caller, calls }: { caller: CallerPlace; calls: number }): EdgeCalls => ({
  caller,
  calls,
  samples: calls,
});

/** Parts for the weights that add up to `calls - explained`; `entry`: the weight of calls from outside, which gives first. */
function withoutExplained(calls: number, explained: number, weights: readonly number[], entry: number): number[] {
  const parts = apportion(calls, weights);
  const outside = parts[entry] ?? 0;
  if (outside < explained) {
    return apportion(
      calls - explained,
      weights.map((weight, i) => (i === entry ? 0 : weight)),
    );
  }
  return parts.map((part, i) => (i === entry ? part - explained : part));
}

/** Splits a function's calls among entry points in proportion to its samples; nothing when none of them ever knew one. */
function shareEntries(
  calls: number,
  shares: readonly { entry: EntryName | undefined; weight: number; lifetime: number }[],
): EntryShare[] {
  if (calls === 0 || shares.every(({ entry }) => entry === undefined)) return [];
  const hasWeight = shares.some(({ weight }) => weight > 0);
  const parts = apportion(
    calls,
    shares.map(({ weight, lifetime }) => (hasWeight ? weight : lifetime)),
  );
  return shares.flatMap(({ entry }, i) => (parts[i] ? [{ entry, calls: parts[i] }] : []));
}
