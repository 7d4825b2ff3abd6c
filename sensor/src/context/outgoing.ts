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
/** Distinct uses kept of one request. */
const MAX_USES = 20;

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
  readonly tally: Tally;
  readonly #work: Work | undefined;
  readonly #startMs = now();
  #durationMs = 0;
  #isDone = false;

  constructor(fn: number, tally: Tally, work: Work | undefined) {
    this.fn = fn;
    this.tally = tally;
    this.#work = work;
    tally.count();
  }

  /** Once it has ended. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Only the first call counts. */
  end(errorType?: string): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#durationMs = now() - this.#startMs;
    this.tally.took(this.#durationMs);
    if (errorType !== undefined) this.tally.fail(errorType);
    if (this.#work) noteUse(this.#work, this.tally, this.#durationMs);
  }

  /** It will not be known when it ends. */
  leaveOpen(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#work) noteUse(this.#work, this.tally, 0);
  }
}

function noteUse(work: Work, tally: Tally, durationMs: number): void {
  if (work.isDone) return;
  work.uses ??= new Map();
  const used = work.uses.get(tally);
  if (used) {
    used.count++;
    used.durationMs += durationMs;
  } else if (work.uses.size < MAX_USES) work.uses.set(tally, { count: 1, durationMs });
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
  readonly #tallies = new Map<DependencyKind, Map<string, Map<number, Tally>>>();
  #targets = 0;
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

  /** The same for a call of a method of `subject`; of many calls, only some are looked at: of those that are `isChosen`, each. */
  callerOf(subject: unknown, above: (...args: never[]) => unknown, isChosen = false): number {
    const time = now();
    if (this.#freeLooks.take(time)) return this.caller(above);
    return this.#parts.callers.callerOf(subject, () => this.#parts.own.running(above), time, isChosen);
  }

  /** Whether it is always the same function that uses `subject`. */
  isSureOf(subject: object): boolean {
    return this.#parts.callers.isSureOf(subject);
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

  /** Counts a call that is like others, which took so long. */
  repeat(tally: Tally, durationMs: number): void {
    tally.count();
    const work = this.#parts.requests.current();
    if (work) noteUse(work, tally, durationMs);
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
    const ofKind = this.#tallies.get(kind) ?? new Map<string, Map<number, Tally>>();
    this.#tallies.set(kind, ofKind);
    let ofTarget = ofKind.get(wanted);
    let target = wanted;
    if (!ofTarget) {
      if (this.#targets >= MAX_TARGETS) {
        target = 'other';
        this.#parts.table.drop();
      }
      ofTarget = ofKind.get(target) ?? new Map<number, Tally>();
      if (!ofKind.has(target)) this.#targets++;
      ofKind.set(target, ofTarget);
    }
    let tally = ofTarget.get(fn);
    if (!tally) {
      tally = new Tally(this.#parts.table, { kind: 'dependency', fn, dependencyKind: kind, target });
      ofTarget.set(fn, tally);
    }
    return tally;
  }
}
