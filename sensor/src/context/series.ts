import { bucketIndex } from '@hindcast/proto/durationBuckets';
import { Control, countDrop, MAX_SERIES, type SharedState } from '../runtime/sharedState.js';
import type { CallerPlace } from './traceState.js';

// Kept from before the program ran: programs replace what they like.
const { store } = Atomics;

export type EntryKind = 'http' | 'rpc' | 'queue' | 'timer' | 'cli';
export type DependencyKind = 'http' | 'rpc' | 'db' | 'cache' | 'queue';

/** What a count is about. Functions are ids, -1 where not known. */
export type Subject =
  | { readonly kind: 'entry'; readonly entryKind: EntryKind; readonly name: string; readonly fn: number }
  | {
      readonly kind: 'dependency';
      readonly fn: number;
      readonly dependencyKind: DependencyKind;
      readonly target: string;
    }
  /** Calls of `fn` from a function of another service. */
  | { readonly kind: 'remoteCalls'; readonly fn: number; readonly caller: CallerPlace }
  /** Calls of `fn` that its samples stand for, on behalf of an entry point; none: not known of which. */
  | {
      readonly kind: 'share';
      readonly fn: number;
      readonly entry: { readonly entryKind: EntryKind; readonly name: string } | undefined;
    };

/** What of it is counted. `bucket` undefined: durations too small for any. */
export type Measure =
  | { readonly kind: 'calls' }
  | { readonly kind: 'errors'; readonly type: string }
  /** Of `BUCKETS_AT_ONCE` cells in a row the first, for this bucket; one cell for durations too small for any bucket. */
  | { readonly kind: 'duration'; readonly bucket: number | undefined };

/** Neighbouring buckets are told to the reporter together: a duration seldom comes alone, and each message costs. */
export const BUCKETS_AT_ONCE = 8;

/** One cell of `SharedState.seriesCounts`, as the reporter is told before it is used. Survives structured cloning. */
export interface SeriesNamed {
  readonly kind: 'series';
  readonly index: number;
  readonly subject: Subject;
  readonly measure: Measure;
}

/** Distinct error types of one subject; the others count as `_OTHER`. */
const MAX_ERROR_TYPES = 50;
const NONE = -1;

/** Hands out cells of shared memory; when there are none left, counts go to `hindcast.sensor.drops`. */
export class SeriesTable {
  readonly #state: SharedState;
  readonly #declare: (series: SeriesNamed) => void;
  #used = 0;

  constructor(state: SharedState, declare: (series: SeriesNamed) => void) {
    this.#state = state;
    this.#declare = declare;
  }

  allocate(subject: Subject, measure: Measure): number {
    const cells = cellsOf(measure);
    if (this.#used + cells > MAX_SERIES) return NONE;
    const index = this.#used;
    this.#used += cells;
    this.#declare({ kind: 'series', index, subject, measure });
    store(this.#state.control, Control.series, this.#used);
    return index;
  }

  /** Something was not told apart from the rest. */
  drop(count = 1): void {
    countDrop(this.#state, 'context_limit', count);
  }

  add(index: number, count: number, seconds = 0): void {
    if (index === NONE) return this.drop(count);
    const { seriesCounts, seriesSums } = this.#state;
    if (seconds > 0) seriesSums[index] = (seriesSums[index] ?? 0) + seconds;
    seriesCounts[index] = (seriesCounts[index] ?? 0) + count;
  }
}

/** How many cells a measure takes. */
export function cellsOf(measure: Measure): number {
  return measure.kind === 'duration' && measure.bucket !== undefined ? BUCKETS_AT_ONCE : 1;
}

/** Counts, errors and durations of one subject. */
export class Tally {
  readonly #table: SeriesTable;
  readonly #subject: Subject;
  readonly #errors = new Map<string, number>();
  readonly #buckets = new Map<number | undefined, number>();
  #calls: number | undefined;

  constructor(table: SeriesTable, subject: Subject) {
    this.#table = table;
    this.#subject = subject;
  }

  get subject(): Subject {
    return this.#subject;
  }

  count(calls = 1): void {
    this.#calls ??= this.#table.allocate(this.#subject, { kind: 'calls' });
    this.#table.add(this.#calls, calls);
  }

  fail(errorType: string): void {
    const type = this.#errors.has(errorType) || this.#errors.size < MAX_ERROR_TYPES ? errorType : '_OTHER';
    let index = this.#errors.get(type);
    if (index === undefined) {
      index = this.#table.allocate(this.#subject, { kind: 'errors', type });
      this.#errors.set(type, index);
    }
    this.#table.add(index, 1);
  }

  took(milliseconds: number): void {
    const seconds = Math.max(0, milliseconds / 1000);
    const bucket = bucketIndex(seconds);
    const first = bucket === undefined ? undefined : Math.floor(bucket / BUCKETS_AT_ONCE) * BUCKETS_AT_ONCE;
    let index = this.#buckets.get(first);
    if (index === undefined) {
      index = this.#table.allocate(this.#subject, { kind: 'duration', bucket: first });
      this.#buckets.set(first, index);
    }
    const offset = bucket === undefined || first === undefined || index === NONE ? 0 : bucket - first;
    this.#table.add(index + offset, 1, seconds);
  }
}
