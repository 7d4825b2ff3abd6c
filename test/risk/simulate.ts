import type { Program, SimulatedEntry, SimulatedFunction, Statement } from './program.js';

/** What one entry point costs for each of its calls. */
export interface EntryOutcome {
  readonly callsPerMinute: number;
  readonly isInteractive: boolean;
  readonly secondsPerCall: number;
  readonly failuresPerCall: number;
  /** Calls of each dependency for each call. */
  readonly asked: ReadonlyMap<string, number>;
}

/** What production would show of one function. */
export interface FunctionOutcome {
  callsPerMinute: number;
  failuresPerMinute: number;
  readonly durations: number[];
  readonly services: Set<string>;
  /** By entry point: calls a minute, and seconds on its critical path for each of its calls. */
  readonly entries: Map<string, { callsPerMinute: number; pathSeconds: number }>;
}

export interface Outcome {
  readonly entries: ReadonlyMap<string, EntryOutcome>;
  readonly functions: ReadonlyMap<string, FunctionOutcome>;
}

const MAX_DEPTH = 40;
/** How full a dependency gets before it would fall over. */
const FULL = 0.97;

/**
 * Runs every entry point so many times. What chance decides is decided by the statement, the request and how often it was reached, so
 * two revisions of a program differ only where their statements do. Dependencies answer slower as they fill: times (1 − ρ₀) / (1 − ρ) of an M/M/1
 * queue, ρ₀ being what the first revision asks of them.
 */
export function simulate(program: Program, requests: number, first?: Outcome): Outcome {
  const idle = run(program, requests, new Map());
  const slowdown = first ? slowdowns(program, loads(first), loads(idle)) : new Map<string, number>();
  return [...slowdown.values()].some((it) => it > 1.001) ? run(program, requests, slowdown) : idle;
}

/** Calls of each dependency each minute. */
export function loads({ entries }: Outcome): Map<string, number> {
  const all = new Map<string, number>();
  for (const { asked, callsPerMinute } of entries.values())
    for (const [target, n] of asked) all.set(target, (all.get(target) ?? 0) + n * callsPerMinute);
  return all;
}

function slowdowns(
  { utilisation }: Program,
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(
    [...now].map(([target, load]) => {
      const usual = utilisation.get(target) ?? 0.3;
      const was = before.get(target) ?? 0;
      const full = Math.min(FULL, was > 0 ? (usual * load) / was : usual);
      return [target, (1 - usual) / (1 - full)];
    }),
  );
}

function run(program: Program, requests: number, slowdown: ReadonlyMap<string, number>): Outcome {
  const functions = new Map(program.functions.map((it) => [it.name, it]));
  const outcomes = new Map<string, FunctionOutcome>();
  const entries = new Map<string, EntryOutcome>();
  const sent = new Map<string, number>();
  // Consumers run as often as the entry points before them send: those that nothing sends to come first.
  const ordered = program.entries.toSorted((a, b) => Number(a.queue !== undefined) - Number(b.queue !== undefined));
  const waiting = [...ordered];
  for (let turn = 0; waiting.length > 0 && turn < 3 * ordered.length; turn++) {
    const entry = waiting.shift();
    if (!entry) break;
    const isFed = !waiting.some((it) => it.queue !== undefined && it !== entry && sends(program, it.fn, entry.queue));
    if (entry.queue !== undefined && !isFed && turn < 2 * ordered.length) {
      waiting.push(entry);
      continue;
    }
    const callsPerMinute = entry.queue === undefined ? entry.callsPerMinute : (sent.get(entry.queue) ?? 0);
    const tracer = new Tracer(functions, slowdown, entry.name, callsPerMinute / requests, outcomes);
    const { seconds, failures } = tracer.runAll(entry, requests);
    entries.set(entry.name, {
      ...{ callsPerMinute, isInteractive: entry.isInteractive },
      ...{ secondsPerCall: seconds / requests, failuresPerCall: failures / requests },
      asked: new Map([...tracer.asked].map(([target, n]) => [target, n / requests])),
    });
    for (const [queue, n] of tracer.sent) sent.set(queue, (sent.get(queue) ?? 0) + (n * callsPerMinute) / requests);
  }
  return { entries, functions: outcomes };
}

/** Whether a function, or one that it calls, sends to the queue. */
function sends(program: Program, fn: string, queue: string | undefined): boolean {
  if (queue === undefined) return false;
  const service = program.functions.find(({ name }) => name === fn)?.service;
  return program.functions.some(
    (it) => it.service === service && JSON.stringify(it.body).includes(`"queue":"${queue}"`),
  );
}

class Failure extends Error {
  constructor(readonly isRefusal: boolean) {
    super('a simulated call failed');
  }
}

/** What a piece of a request took, and what of it was on its critical path, by function. */
interface Piece {
  seconds: number;
  readonly path: Map<string, number>;
}

class Tracer {
  readonly asked = new Map<string, number>();
  readonly sent = new Map<string, number>();
  #request = 0;
  #reached = new Map<number, number>();
  #services: string[] = [];

  constructor(
    private readonly functions: ReadonlyMap<string, SimulatedFunction>,
    private readonly slowdown: ReadonlyMap<string, number>,
    private readonly entry: string,
    private readonly weight: number,
    private readonly outcomes: Map<string, FunctionOutcome>,
  ) {}

  runAll(entry: SimulatedEntry, requests: number): { seconds: number; failures: number } {
    let seconds = 0;
    let failures = 0;
    for (let i = 0; i < requests; i++) {
      this.#request = i;
      this.#reached = new Map();
      const piece: Piece = { seconds: 0, path: new Map() };
      try {
        this.#call(entry.fn, piece, 0);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (!error.isRefusal) failures++;
      }
      seconds += piece.seconds;
      for (const [fn, spent] of piece.path) {
        const at = this.#entryOf(fn);
        at.pathSeconds += spent / requests;
      }
    }
    return { seconds, failures };
  }

  #entryOf(fn: string): { callsPerMinute: number; pathSeconds: number } {
    const { entries } = this.#outcome(fn);
    const at = entries.get(this.entry) ?? { callsPerMinute: 0, pathSeconds: 0 };
    entries.set(this.entry, at);
    return at;
  }

  #outcome(fn: string): FunctionOutcome {
    const at = this.outcomes.get(fn) ?? {
      ...{ callsPerMinute: 0, failuresPerMinute: 0, durations: [], services: new Set<string>(), entries: new Map() },
    };
    this.outcomes.set(fn, at);
    return at;
  }

  #call(name: string, into: Piece, depth: number): void {
    const fn = this.functions.get(name);
    if (!fn || depth > MAX_DEPTH) return;
    const outcome = this.#outcome(name);
    outcome.callsPerMinute += this.weight;
    this.#entryOf(name).callsPerMinute += this.weight;
    this.#services.push(fn.service);
    for (const service of this.#services) outcome.services.add(service);
    const before = into.seconds;
    try {
      this.#runBody(fn.body, name, into, depth);
    } catch (error) {
      if (error instanceof Failure && !error.isRefusal) outcome.failuresPerMinute += this.weight;
      throw error;
    } finally {
      this.#services.pop();
      if (outcome.durations.length < 400) outcome.durations.push(into.seconds - before);
    }
  }

  /** True when the function returned early. */
  #runBody(body: readonly Statement[], fn: string, into: Piece, depth: number): boolean {
    return body.some((statement) => this.#step(statement, fn, into, depth));
  }

  #step(statement: Statement, fn: string, into: Piece, depth: number): boolean {
    const chance = this.#chanceOf(statement.id);
    const spend = (seconds: number): void => {
      into.seconds += seconds;
      into.path.set(fn, (into.path.get(fn) ?? 0) + seconds);
    };
    switch (statement.op) {
      case 'work':
      case 'wait':
        spend(statement.seconds * around(chance));
        return false;
      case 'call':
      case 'remote':
        if (statement.op === 'remote') spend(0.001 * around(chance));
        this.#call(statement.fn, into, depth + 1);
        return false;
      case 'ask':
        spend(statement.seconds * around(chance) * (this.slowdown.get(statement.target) ?? 1));
        this.asked.set(statement.target, (this.asked.get(statement.target) ?? 0) + 1);
        if (scrambled(chance) < statement.failRate) throw new Failure(false);
        return false;
      case 'send':
        spend(0.0005 * around(chance));
        this.sent.set(statement.queue, (this.sent.get(statement.queue) ?? 0) + 1);
        return false;
      case 'each': {
        const times = Math.round(statement.times * (0.5 + chance));
        for (let i = 0; i < times; i++) if (this.#runBody(statement.body, fn, into, depth)) return true;
        return false;
      }
      case 'all': {
        const pieces = statement.calls.map((it): Piece => {
          const piece = { seconds: 0, path: new Map<string, number>() };
          this.#step(it, fn, piece, depth);
          return piece;
        });
        const longest = pieces.reduce((most, it) => (it.seconds > most.seconds ? it : most));
        into.seconds += longest.seconds;
        for (const [of, seconds] of longest.path) into.path.set(of, (into.path.get(of) ?? 0) + seconds);
        return false;
      }
      case 'if':
        return chance < statement.chance !== statement.isInverted && this.#runBody(statement.body, fn, into, depth);
      case 'guard':
        if (chance >= statement.chance) return false;
        if (statement.isRefusal) throw new Failure(true);
        return true;
      case 'breaks':
      case 'throw':
        if (chance < statement.chance) throw new Failure(false);
        return false;
      case 'cached': {
        spend(0.0003 * around(scrambled(chance)));
        this.asked.set('cache', (this.asked.get('cache') ?? 0) + 1);
        return chance < statement.hitRate || this.#runBody(statement.body, fn, into, depth);
      }
      case 'try':
        try {
          return this.#runBody(statement.body, fn, into, depth);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          return false;
        }
      case 'log':
        spend(0.00001);
        return false;
    }
  }

  #chanceOf(id: number): number {
    const reached = this.#reached.get(id) ?? 0;
    this.#reached.set(id, reached + 1);
    return mixed(id * 0x9e3779b1 + this.#request * 0x85ebca6b + reached * 0xc2b2ae35);
  }
}

function mixed(seed: number): number {
  let state = seed >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}

/** Another chance from one that was used. */
function scrambled(chance: number): number {
  return mixed(Math.floor(chance * 2 ** 32) ^ 0x5bd1e995);
}

/** A factor around 1: its logarithm is spread like a logistic distribution with a quartile of 0.33. */
function around(chance: number): number {
  const inside = Math.min(0.999, Math.max(0.001, chance));
  return (inside / (1 - inside)) ** 0.3;
}
