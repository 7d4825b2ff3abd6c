import { cellsOf, type EntryKind, type SeriesNamed, type Subject } from '../context/series.js';
import type { CallerPlace } from '../context/traceState.js';
import { Control, type SharedState } from '../runtime/sharedState.js';

export interface Durations {
  readonly count: number;
  readonly zeroCount: number;
  readonly sumSeconds: number;
  /** Bucket index → count, at scale 4. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** What an entry point or a dependency did in an interval. */
export interface SubjectActivity<S extends Subject = Subject> {
  readonly subject: S;
  readonly calls: number;
  readonly errors: readonly { readonly type: string; readonly calls: number }[];
  readonly durations: Durations | undefined;
}

export type EntryActivity = SubjectActivity<Extract<Subject, { kind: 'entry' }>>;
export type DependencyActivity = SubjectActivity<Extract<Subject, { kind: 'dependency' }>>;

export interface EntryName {
  readonly entryKind: EntryKind;
  readonly name: string;
}

export interface SeriesActivity {
  readonly entries: readonly EntryActivity[];
  readonly dependencies: readonly DependencyActivity[];
}

/** How often a call that was expected because a request came in may be missing before it is given up. */
const INTERVALS_TO_WAIT = 2;

interface Pending {
  calls: number;
  intervals: number;
}

/** The series of one subject, and what was read of them last. */
interface Group {
  readonly subject: Subject;
  readonly series: SeriesNamed[];
}

/** Reads the counts that context/ keeps: what happened since the last read. */
export class SeriesReader {
  readonly #state: SharedState;
  readonly #groups = new Map<string, Group>();
  readonly #callersOf = new Map<number, { readonly caller: CallerPlace; readonly index: number }[]>();
  readonly #sharesOf = new Map<number, { readonly entry: EntryName | undefined; readonly index: number }[]>();
  readonly #counts = new Map<number, number>();
  readonly #sums = new Map<number, number>();
  readonly #pending = new Map<number, Pending>();

  readonly #catchUp: () => void;
  #known = 0;

  /** `catchUp` adds the series that were declared since. */
  constructor(state: SharedState, catchUp: () => void) {
    this.#state = state;
    this.#catchUp = catchUp;
  }

  add(named: SeriesNamed): void {
    const { subject, index, measure } = named;
    this.#known += cellsOf(measure);
    if (subject.kind === 'remoteCalls') push(this.#callersOf, subject.fn, { caller: subject.caller, index });
    else if (subject.kind === 'share') push(this.#sharesOf, subject.fn, { entry: subject.entry, index });
    else {
      const key = JSON.stringify(subject);
      const group = this.#groups.get(key) ?? { subject, series: [] };
      group.series.push(named);
      this.#groups.set(key, group);
    }
  }

  read(): SeriesActivity {
    const active = [...this.#groups.values()].flatMap((group) => this.#readGroup(group) ?? []);
    return {
      entries: active.filter((one): one is EntryActivity => one.subject.kind === 'entry'),
      dependencies: active.filter((one): one is DependencyActivity => one.subject.kind === 'dependency'),
    };
  }

  /** Functions of other services that called `fn`, up to `calls`; what exceeds them waits for the calls to come. */
  takeCallers(fn: number, calls: number): { readonly caller: CallerPlace; readonly calls: number }[] {
    // The calls are read by now; a caller that came first with one of them has to be known, else it would never be put to its account.
    if (Atomics.load(this.#state.control, Control.series) > this.#known) this.#catchUp();
    let left = calls;
    return (this.#callersOf.get(fn) ?? []).flatMap(({ caller, index }) => {
      const before = this.#pending.get(index);
      const wanted = this.#news(index) + (before?.calls ?? 0);
      const taken = Math.min(wanted, left);
      left -= taken;
      // A request is counted before the call that it leads to, which the next interval may have.
      const intervals = taken > 0 ? 0 : (before?.intervals ?? 0) + 1;
      if (wanted === taken || intervals > INTERVALS_TO_WAIT) this.#pending.delete(index);
      else this.#pending.set(index, { calls: wanted - taken, intervals });
      return taken === 0 ? [] : [{ caller, calls: taken }];
    });
  }

  /** Of which entry points the samples of `fn` were: their weight in this interval, and in all. */
  takeShares(
    fn: number,
  ): { readonly entry: EntryName | undefined; readonly weight: number; readonly lifetime: number }[] {
    return (this.#sharesOf.get(fn) ?? []).map(({ entry, index }) => ({
      entry,
      weight: this.#news(index),
      lifetime: (this.#counts.get(index) ?? 0) >>> 0,
    }));
  }

  #readGroup({ subject, series }: Group): SubjectActivity | undefined {
    let calls = 0;
    let count = 0;
    let zeroCount = 0;
    let sumSeconds = 0;
    const errors: { type: string; calls: number }[] = [];
    const buckets = new Map<number, number>();
    for (const { index: first, measure } of series) {
      for (let cell = 0; cell < cellsOf(measure); cell++) {
        const index = first + cell;
        const news = this.#news(index);
        if (news === 0) continue;
        if (measure.kind === 'calls') calls += news;
        else if (measure.kind === 'errors') errors.push({ type: measure.type, calls: news });
        else {
          count += news;
          if (measure.bucket === undefined) zeroCount += news;
          else buckets.set(measure.bucket + cell, news);
          const sum = this.#state.seriesSums[index] ?? 0;
          sumSeconds += sum - (this.#sums.get(index) ?? 0);
          this.#sums.set(index, sum);
        }
      }
    }
    if (calls === 0 && count === 0 && errors.length === 0) return undefined;
    const durations = count === 0 ? undefined : { count, zeroCount, sumSeconds: Math.max(0, sumSeconds), buckets };
    return { subject, calls, errors, durations };
  }

  #news(index: number): number {
    const total = Atomics.load(this.#state.seriesCounts, index);
    const news = (total - (this.#counts.get(index) ?? 0)) >>> 0;
    this.#counts.set(index, total);
    return news;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
