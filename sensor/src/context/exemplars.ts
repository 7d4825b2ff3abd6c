import type { Work } from './requests.js';
import type { DependencyKind, EntryKind } from './series.js';

/** The slowest of an entry point and the failing ones are kept for each such time. */
const WINDOW_MS = 10_000;
const MAX_FAILURES = 3;
/** Nothing is slow about what takes less. */
const LEAST_MS = 1;

/** One slow or failing piece of work. Survives structured cloning. */
export interface Exemplar {
  readonly kind: 'exemplar';
  /** 32 hex digits; empty where the work belongs to no trace that we know of. */
  readonly traceId: string;
  readonly entryKind: EntryKind;
  readonly entryName: string;
  /** Of its end: milliseconds since 1970. */
  readonly endMs: number;
  readonly durationSeconds: number;
  readonly errorType: string | undefined;
  /** Sampled calls in the order of their start. */
  readonly path: readonly {
    readonly fn: number;
    readonly durationSeconds: number | undefined;
    /** Since the work began. */
    readonly offsetSeconds: number;
  }[];
  readonly dependencies: readonly {
    /** The calling function. */
    readonly fn: number;
    readonly dependencyKind: DependencyKind;
    readonly target: string;
    readonly count: number;
    readonly durationSeconds: number;
  }[];
}

interface Window {
  sinceMs: number;
  slowestMs: number;
  failures: number;
}

const wallClock = Date.now.bind(Date);

/** Chooses what is worth keeping: what is slower than all before it in its window, and the first failures. */
export class Exemplars {
  readonly #windows = new Map<object, Window>();
  readonly #send: (exemplar: Exemplar) => void;

  constructor(send: (exemplar: Exemplar) => void) {
    this.#send = send;
  }

  ended(work: Work, durationMs: number, errorType: string | undefined): void {
    const subject = work.entry?.subject;
    if (subject?.kind !== 'entry') return;
    const window = this.#windowOf(subject, work.startMs + durationMs);
    const isSlowest = durationMs > window.slowestMs;
    if (isSlowest) window.slowestMs = durationMs;
    if (errorType !== undefined) window.failures++;
    const isKept = errorType === undefined ? isSlowest && durationMs >= LEAST_MS : window.failures <= MAX_FAILURES;
    if (!isKept) return;
    this.#send({
      kind: 'exemplar',
      traceId: work.trace?.traceId ?? '',
      entryKind: subject.entryKind,
      entryName: subject.name,
      endMs: wallClock(),
      durationSeconds: durationMs / 1000,
      errorType,
      path: work.steps.map((step) => ({
        fn: step.fn,
        durationSeconds: step.durationMs === undefined ? undefined : step.durationMs / 1000,
        offsetSeconds: Math.max(0, step.startMs - work.startMs) / 1000,
      })),
      dependencies: [...(work.uses ?? [])].flatMap(([tally, { count, durationMs: spent }]) => {
        const of = tally.subject;
        if (of.kind !== 'dependency') return [];
        const { fn, dependencyKind, target } = of;
        return [{ fn, dependencyKind, target, count, durationSeconds: spent / 1000 }];
      }),
    });
  }

  /** As many windows as there are entry points, which are bounded. */
  #windowOf(entry: object, timeMs: number): Window {
    let window = this.#windows.get(entry);
    if (!window || timeMs - window.sinceMs > WINDOW_MS) {
      window = { sinceMs: timeMs, slowestMs: 0, failures: 0 };
      this.#windows.set(entry, window);
    }
    return window;
  }
}
