import type { RememberedCallers } from '../runtime/rememberedCallers.js';
import type { Audience } from './audience.js';
import { FreeLooks } from './freeLooks.js';
import type { FunctionPlace } from './functionPlaces.js';
import type { OwnFunctions } from './ownFunctions.js';
import { UNKNOWN } from './ownFunctions.js';
import type { Requests, Work } from './requests.js';
import { type DependencyKind, type SeriesTable, Tally } from './series.js';
import { encodeCaller, mergeTraceState, withoutCaller } from './traceState.js';

/** Distinct targets; the others count as `other`. */
const MAX_TARGETS = 500;

const now = performance.now.bind(performance);

export interface TraceHeaders {
  /** Undefined: leave what is there. */
  readonly traceParent: string | undefined;
  /** Empty: there is nothing to send. */
  readonly traceState: string;
}

/** One call to a dependency, from its start to its end. */
export class DependencyCall {
  readonly fn: number;
  readonly #tally: Tally;
  readonly #work: Work | undefined;
  readonly #startMs = now();
  #isDone = false;

  constructor(fn: number, tally: Tally, work: Work | undefined) {
    this.fn = fn;
    this.#tally = tally;
    this.#work = work;
    tally.count();
  }

  /** Only the first call counts. */
  end(errorType?: string): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const durationMs = now() - this.#startMs;
    this.#tally.took(durationMs);
    if (errorType !== undefined) this.#tally.fail(errorType);
    this.#noteUse(durationMs);
  }

  /** It will not be known when it ends. */
  leaveOpen(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#noteUse(0);
  }

  #noteUse(durationMs: number): void {
    if (!this.#work || this.#work.isDone || this.#work.dependencies.size > 20) return;
    const used = this.#work.dependencies.get(this.#tally) ?? { count: 0, durationMs: 0 };
    used.count++;
    used.durationMs += durationMs;
    this.#work.dependencies.set(this.#tally, used);
  }
}

export interface OutgoingParts {
  readonly table: SeriesTable;
  readonly own: OwnFunctions;
  readonly callers: RememberedCallers;
  readonly requests: Requests;
  readonly audience: Audience;
  readonly placeOf: (fn: number) => FunctionPlace | undefined;
  /** Asked once, at the first outgoing call. */
  readonly serviceName: () => string;
}

/** Counts calls to dependencies by calling function, and says what to send along. */
export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #tallies = new Map<string, Map<number, Tally>>();
  readonly #values = new Map<number, string>();
  readonly #functionOf = new Map<string, number>();
  #service: string | undefined;
  readonly #freeLooks = new FreeLooks();
  #isQuiet = false;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /** The own function that called the library function `above`. */
  caller(above: (...args: never[]) => unknown): number {
    return this.#parts.callers.lookUp(() => this.#parts.own.running(above));
  }

  /** The same for a call of a method of `subject`; of many calls, only some are looked at. */
  callerOf(subject: unknown, above: (...args: never[]) => unknown): number {
    if (this.#freeLooks.take()) return this.caller(above);
    return this.#parts.callers.callerOf(subject, () => this.#parts.own.running(above));
  }

  /** What a library does within a call that is counted already: its own calls are parts of that one. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  /** From here to the next change, in the same turn. Gives what was before. */
  setQuiet(isQuiet: boolean): boolean {
    const before = this.#isQuiet;
    this.#isQuiet = isQuiet;
    return before;
  }

  begin(kind: DependencyKind, target: string, fn: number): DependencyCall {
    return new DependencyCall(fn, this.#tally(kind, target, fn), this.#parts.requests.current());
  }

  /** The value of our tracestate entry for a function; undefined where it is not known. */
  valueOf(fn: number): string | undefined {
    const known = this.#values.get(fn);
    if (known !== undefined || fn === UNKNOWN) return known;
    const place = this.#parts.placeOf(fn);
    if (!place) return undefined;
    this.#service ??= this.#parts.serviceName();
    const value = encodeCaller({ service: this.#service, ...place });
    this.#values.set(fn, value);
    this.#functionOf.set(value, fn);
    return value;
  }

  /** The function that a value of ours names. */
  functionOf(value: string): number {
    return this.#functionOf.get(value) ?? UNKNOWN;
  }

  /** What a request of `fn` to `host` should carry, given what it carries already. */
  headers(fn: number, host: string, traceParent: unknown, traceState: string): TraceHeaders {
    const value = this.#parts.audience.includes(host) ? this.valueOf(fn) : undefined;
    if (value === undefined) return { traceParent: undefined, traceState: withoutCaller(traceState) };
    return {
      traceParent: traceParent === undefined ? this.#parts.requests.receivedTraceParent() : undefined,
      traceState: mergeTraceState(value, traceState),
    };
  }

  #tally(kind: DependencyKind, wanted: string, fn: number): Tally {
    const key = `${kind} ${wanted}`;
    let ofTarget = this.#tallies.get(key);
    let target = wanted;
    if (!ofTarget) {
      if (this.#tallies.size >= MAX_TARGETS) {
        target = 'other';
        this.#parts.table.drop();
      }
      ofTarget = this.#tallies.get(`${kind} ${target}`) ?? new Map<number, Tally>();
      this.#tallies.set(`${kind} ${target}`, ofTarget);
    }
    let tally = ofTarget.get(fn);
    if (!tally) {
      tally = new Tally(this.#parts.table, { kind: 'dependency', fn, dependencyKind: kind, target });
      ofTarget.set(fn, tally);
    }
    return tally;
  }
}
