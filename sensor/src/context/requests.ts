import { AsyncLocalStorage } from 'node:async_hooks';
import type { OwnFunctions } from './ownFunctions.js';
import { UNKNOWN } from './ownFunctions.js';
import { type EntryKind, type SeriesTable, Tally } from './series.js';
import type { CallerPlace } from './traceState.js';
import { parseCaller } from './traceState.js';
import { parseTraceParent, type TraceParent } from './traceParent.js';

/** Distinct names of one kind of entry point; the others count as `other`. A route's pattern is bounded, what is sent is not. */
const MAX_ENTRIES = 2_000;
/** Distinct functions of other services that are told apart. A header is anyone's to send. */
const MAX_REMOTE = 5_000;
/** Functions kept of one request. */
const MAX_STEPS = 50;

const now = performance.now.bind(performance);

/** A sampled call on behalf of a request. */
export interface Step {
  readonly fn: number;
  readonly startMs: number;
  durationMs: number | undefined;
  /** Calls it stands for that are not yet put to an entry point's account. */
  unshared: number;
}

/** One piece of work that came from outside: a request, a message, a tick. */
export interface Work {
  readonly kind: EntryKind;
  /** Of `performance.now()`. */
  readonly startMs: number;
  /** The function of another service that asked for it, as it was sent. */
  readonly caller: string | undefined;
  readonly trace: TraceParent | undefined;
  entry: Tally | undefined;
  isDone: boolean;
  /** What it is called once an own function is seen to run on its behalf; only then was it worth counting. */
  readonly supposedName: string | undefined;
  readonly steps: Step[];
  /** Dependencies, and how they were used. */
  uses: Map<Tally, { count: number; durationMs: number }> | undefined;
}

/** Hears of work that has ended. */
export type WorkObserver = (work: Work, durationMs: number, errorType: string | undefined) => void;

/**
 * Follows work from its arrival to its end.
 *
 * Calls from other services are counted exactly, without following anything across awaits: a framework hands a request to a
 * handler, and there we know both the caller (from the header) and the handler's id (its instrumented text has it). One is added
 * to (caller, handler) before the handler runs. The handler's own counter takes the same call, so the reporter
 * can take these off the calls that came from outside; being first, a count is never missing when its call is seen.
 *
 * Which work a sampled call belongs to is known across awaits where that is free: from Node 24 on AsyncLocalStorage is a field that
 * V8 carries along. Before, it costs a third of the CPU of a busy service (async_hooks), so there only what runs
 * before the handler first waits is known.
 */
export class Requests {
  readonly #table: SeriesTable;
  readonly #own: OwnFunctions;
  readonly #observe: WorkObserver;
  readonly #storage: AsyncLocalStorage<Work> | undefined;
  readonly #entries = new Map<string, Tally>();
  /** The same again by kind, function and name: putting a key together costs more than three look-ups. */
  readonly #known = new Map<EntryKind, Map<number, Map<string, Tally>>>();
  readonly #remote = new Map<string, Map<number, Tally> | undefined>();
  readonly #shares = new Map<number, Map<Tally | undefined, Tally>>();
  #running: Work | undefined;
  #hasServed = false;
  #open = 0;

  constructor(table: SeriesTable, own: OwnFunctions, isContextFree: boolean, observe: WorkObserver) {
    this.#table = table;
    this.#own = own;
    this.#observe = observe;
    this.#storage = isContextFree ? new AsyncLocalStorage() : undefined;
  }

  /** The work on whose behalf this runs, where that is known. */
  current(): Work | undefined {
    return this.#storage ? this.#storage.getStore() : this.#running;
  }

  /** Whether what runs now may be on behalf of some work. Where that cannot be known: whether there is any. */
  mayBeWorking(): boolean {
    return this.#storage ? this.#storage.getStore() !== undefined : this.#running !== undefined || this.#open > 0;
  }

  /** The function that this was handed to; UNKNOWN where that is not an observed one. */
  handlerOf(work: Work | undefined): number {
    const subject = work?.entry?.subject;
    return subject?.kind === 'entry' ? subject.fn : UNKNOWN;
  }

  begin(kind: EntryKind, headers: { readonly traceParent?: unknown; readonly traceState?: unknown } = {}): Work {
    if (kind !== 'timer') this.#hasServed = true;
    this.#open++;
    return this.#make(kind, headers, undefined);
  }

  /** Work only if an own function runs on its behalf: the callback of a library's timer. It needs no end. */
  suppose(kind: EntryKind, name: string): Work {
    return this.#make(kind, {}, name);
  }

  #make(
    kind: EntryKind,
    { traceParent, traceState }: { readonly traceParent?: unknown; readonly traceState?: unknown },
    supposedName: string | undefined,
  ): Work {
    return {
      kind,
      startMs: now(),
      caller: callerText(traceState),
      trace: traceParent === undefined ? undefined : parseTraceParent(traceParent),
      entry: undefined,
      isDone: false,
      supposedName,
      steps: [],
      uses: undefined,
    };
  }

  /** From here on, whatever this turn of the event loop calls is on behalf of `work`. */
  enter(work: Work): void {
    if (this.#storage) {
      this.#storage.enterWith(work);
      return;
    }
    this.#running = work;
    // Runs when the parser has handed the request over, before anything else does.
    process.nextTick(() => {
      if (this.#running === work) this.#running = undefined;
    });
  }

  /**
   * From here to `leave`, in the same turn, everything is called on behalf of `work`. Gives what `leave` needs. This is not done with a
   * callback because its frames would stand in the program's stacks.
   */
  take(work: Work): Work | undefined {
    if (this.#storage) {
      const before = this.#storage.getStore();
      if (before !== work) this.#storage.enterWith(work);
      return before;
    }
    const before = this.#running;
    this.#running = work;
    return before;
  }

  leave(before: Work | undefined): void {
    if (!this.#storage) this.#running = before;
    else if (this.#storage.getStore() !== before) this.#storage.enterWith(before as Work);
  }

  /** `handler` is about to be called with this work; `name` is the entry point's. */
  handledBy(work: Work, name: string, handler: unknown): void {
    this.handledByFunction(work, name, this.#own.idOf(handler));
  }

  /** The same by the function's id. */
  handledByFunction(work: Work, name: string, fn: number): void {
    work.entry = this.#entry(work.kind, name, fn);
    if (fn !== UNKNOWN && work.caller !== undefined) this.#remoteTally(work.caller, fn)?.count();
  }

  /** Once per work: counts it. */
  end(work: Work, errorType: string | undefined, name: string): void {
    if (work.isDone) return;
    work.isDone = true;
    this.#open--;
    const durationMs = now() - work.startMs;
    const entry = (work.entry ??= this.#entry(work.kind, name, UNKNOWN));
    entry.count();
    entry.took(durationMs);
    if (errorType !== undefined) entry.fail(errorType);
    for (const step of work.steps) if (step.unshared > 0) this.#share(step.fn, entry, step.unshared);
    this.#observe(work, durationMs, errorType);
  }

  /** A call of `fn` was sampled; it stands for `weight` calls. */
  sampled(fn: number, weight: number): void {
    const work = this.current();
    if (!work) {
      this.#share(fn, undefined, weight);
      return;
    }
    if (work.supposedName !== undefined && work.entry === undefined) {
      work.entry = this.#entry(work.kind, work.supposedName, fn);
      work.entry.count();
    }
    const hasRoom = !work.isDone && work.steps.length < MAX_STEPS;
    // What runs before a route is found belongs to that route as well.
    const isEarly = work.entry === undefined && hasRoom;
    if (!isEarly) this.#share(fn, work.entry, weight);
    if (hasRoom) work.steps.push({ fn, startMs: now(), durationMs: undefined, unshared: isEarly ? weight : 0 });
  }

  #share(fn: number, entry: Tally | undefined, weight: number): void {
    const ofFunction = this.#shares.get(fn);
    // A function that no entry point was ever known for is not worth a count.
    if (!entry && !ofFunction) return;
    const tallies = ofFunction ?? new Map<Tally | undefined, Tally>();
    if (!ofFunction) this.#shares.set(fn, tallies);
    let tally = tallies.get(entry);
    if (!tally) {
      const subject = entry?.subject;
      const named = subject?.kind === 'entry' ? { entryKind: subject.entryKind, name: subject.name } : undefined;
      tally = new Tally(this.#table, { kind: 'share', fn, entry: named });
      tallies.set(entry, tally);
    }
    tally.count(weight);
  }

  /** The sampled call of `fn` that took so long has ended. */
  ended(fn: number, durationMs: number): void {
    const work = this.current();
    const step = work?.steps.find((one) => one.fn === fn && one.durationMs === undefined);
    if (!work || !step) return;
    step.durationMs = durationMs;
    if (work.supposedName === undefined || work.isDone || step !== work.steps[0]) return;
    work.isDone = true;
    work.entry?.took(durationMs);
    this.#observe(work, durationMs, undefined);
  }

  /** The `traceparent` that this work came with, to be passed on as it is by a service that records no spans. */
  receivedTraceParent(): string | undefined {
    return this.current()?.trace?.header;
  }

  /** A program that served nobody was started for its own sake: its run is work. `name`: the script's. */
  programEnded(name: string, exitCode: number): void {
    if (this.#hasServed) return;
    const entry = this.#entry('cli', name, UNKNOWN);
    entry.count();
    entry.took(now());
    if (exitCode !== 0) entry.fail(`exit ${exitCode}`);
  }

  #entry(kind: EntryKind, wanted: string, fn: number): Tally {
    const known = this.#known.get(kind)?.get(fn)?.get(wanted);
    if (known) return known;
    const isFull = this.#entries.size >= MAX_ENTRIES && !this.#entries.has(entryKey(kind, wanted, fn));
    const [name, owner] = isFull ? ['other', UNKNOWN] : [wanted.slice(0, 256), fn];
    const key = entryKey(kind, name, owner);
    const entry = this.#entries.get(key) ?? new Tally(this.#table, { kind: 'entry', entryKind: kind, name, fn: owner });
    this.#entries.set(key, entry);
    if (name !== wanted) return entry;
    const ofKind = this.#known.get(kind) ?? new Map<number, Map<string, Tally>>();
    const ofFunction = ofKind.get(owner) ?? new Map<string, Tally>();
    this.#known.set(kind, ofKind.set(owner, ofFunction.set(name, entry)));
    return entry;
  }

  #remoteTally(text: string, fn: number): Tally | undefined {
    let ofCaller = this.#remote.get(text);
    if (!ofCaller) {
      if (this.#remote.has(text)) return undefined;
      const caller = parseCaller(text);
      if (this.#remote.size >= MAX_REMOTE) {
        // What is new counts as a call from outside, which it is.
        this.#table.drop();
        return undefined;
      }
      ofCaller = caller && new Map<number, Tally>();
      this.#remote.set(text, ofCaller);
      if (!ofCaller) return undefined;
    }
    let tally = ofCaller.get(fn);
    if (!tally) {
      const caller: CallerPlace | undefined = parseCaller(text);
      if (!caller) return undefined;
      tally = new Tally(this.#table, { kind: 'remoteCalls', fn, caller });
      ofCaller.set(fn, tally);
    }
    return tally;
  }
}

const entryKey = (kind: EntryKind, name: string, fn: number): string => `${kind} ${fn} ${name}`;

/** Our own entry alone, so that what others put beside it does not make two callers of one. */
function callerText(header: unknown): string | undefined {
  if (typeof header !== 'string' || header.length > 4096) return undefined;
  return /(?:^|,)\s*(hindcast=[^,]{1,256})\s*(?:,|$)/.exec(header)?.[1];
}
