import type { CallChange, FunctionChange } from './functionChange.js';
import { RISK_TERMS, type RiskTerm } from './riskWeights.js';

/** Times that a call in a loop is taken to run where production does not show how often. */
const CALLS_IN_LOOP = 10;
/** Tokens that make half of what the longest rewriting does. */
const HALF_TOKENS = 50;

/** A cache is asked so that others are not. */
const DEPENDENCIES: ReadonlySet<string> = new Set(['database', 'http', 'rpc', 'queue', 'filesystem']);

export type TermUnits = Readonly<Record<RiskTerm, number>>;

const NONE = Object.fromEntries(RISK_TERMS.map((term) => [term, 0])) as TermUnits;

/**
 * What a change does to one function, in units for each of its calls, each at least 0. A call of the same kind and target that is taken out
 * cancels one that is added. `elsewhere`: calls that were taken out of a caller for which this function is new, as when it was extracted.
 */
export function riskTerms(
  { kind, structure, exposure }: FunctionChange,
  elsewhere: readonly CallChange[] = [],
): TermUnits {
  if (kind === 'moved' || kind === 'reformatted') return NONE;
  if (kind === 'removed') return { ...NONE, 'functions removed': exposure.callsPerMinute > 0 ? 1 : 0 };
  const added = netCalls(structure.addedCalls, [...structure.removedCalls, ...elsewhere]);
  const removed = netCalls(structure.removedCalls, structure.addedCalls);
  const isDependency = (call: NetCall): boolean => DEPENDENCIES.has(call.kind);
  // A function of our own waits only where it does itself.
  const isWait = (call: NetCall): boolean => call.kind === 'unknown' && call.isAwaited;
  const awaited = (calls: readonly CallChange[]): number => calls.filter(({ isAwaited }) => isAwaited).length;
  const otherAwaits = structure.awaits - awaited(structure.addedCalls) + awaited(structure.removedCalls);
  return {
    'dependency calls': sum(added.filter((it) => isDependency(it) && !it.isInLoop).map(({ units }) => units)),
    'dependency calls in loops': sum(added.filter((it) => isDependency(it) && it.isInLoop).map(({ units }) => units)),
    'other calls': sum(added.filter((it) => !isDependency(it) && !isWait(it)).map(({ units }) => units)),
    waits: sum(added.filter(isWait).map(({ units }) => units)) + Math.max(0, otherAwaits),
    loops: Math.max(0, structure.loops),
    'guards removed': Math.max(0, -structure.branches) + Math.max(0, -structure.throws),
    'error paths': Math.max(0, structure.throws) + Math.max(0, -structure.catches),
    'caching removed': sum(removed.filter(({ kind: of }) => of === 'cache').map(({ units }) => units)),
    'calls removed': sum(removed.filter(({ kind: of }) => of !== 'cache').map(({ units }) => units)),
    logic: saturating(structure.tokensChanged, HALF_TOKENS),
    'functions removed': 0,
  };
}

/** 0 at 0, a half at `half`, below 1. */
export function saturating(value: number, half: number): number {
  return value <= 0 ? 0 : value / (value + half);
}

interface NetCall {
  readonly kind: CallChange['kind'];
  readonly isInLoop: boolean;
  readonly isAwaited: boolean;
  readonly units: number;
}

/** What is left of calls when those of the same kind and target are taken off: of its own place first, then of the other. */
function netCalls(calls: readonly CallChange[], against: readonly CallChange[]): NetCall[] {
  const groups = new Map<string, { of: NetCall; plain: number; loop: number }>();
  const textOf = ({ kind, target }: CallChange): string => `${kind}\0${target}`;
  for (const call of calls) {
    const { kind, isAwaited } = call;
    const at = groups.get(textOf(call)) ?? { of: { kind, isAwaited, isInLoop: false, units: 0 }, plain: 0, loop: 0 };
    if (call.loopDepth > 0) at.loop += unitsOf(call);
    else at.plain += unitsOf(call);
    groups.set(textOf(call), { ...at, of: { ...at.of, isAwaited: at.of.isAwaited || isAwaited } });
  }
  for (const call of against) {
    const at = groups.get(textOf(call));
    if (!at) continue;
    if (call.loopDepth > 0) at.loop -= unitsOf(call);
    else at.plain -= unitsOf(call);
  }
  return [...groups.values()].flatMap(({ of, plain, loop }) => {
    const [inLoop, outside] = [Math.max(0, loop + Math.min(0, plain)), Math.max(0, plain + Math.min(0, loop))];
    return [
      { ...of, isInLoop: false, units: outside },
      { ...of, isInLoop: true, units: inLoop },
    ].filter(({ units }) => units > 0);
  });
}

function unitsOf({ perCall, loopDepth }: CallChange): number {
  return perCall ?? (loopDepth > 0 ? CALLS_IN_LOOP : 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
