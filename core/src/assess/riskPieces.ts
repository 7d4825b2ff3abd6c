import type { CallChange, Exposure, FunctionChange } from './functionChange.js';
import { exposureFactors, exposureValues, type ExposureValues } from './riskExposure.js';
import { riskTerms, type TermUnits } from './riskTerms.js';
import { RISK_TERMS, type RiskWeights } from './riskWeights.js';

/** What a change does to a function for each call that comes from somewhere, and what goes through there. */
export interface RiskPiece {
  readonly units: TermUnits;
  readonly exposure: Exposure;
}

/** A piece with its numbers. */
export interface WeighedPiece {
  readonly units: TermUnits;
  readonly values: ExposureValues;
  /** By which exposure multiplies `danger`, each at least 1. */
  readonly factors: readonly number[];
  /** Harm where one call a minute goes through, and nothing else is known to. */
  readonly danger: number;
  readonly harm: number;
}

/**
 * Of each change its pieces, in one or two ways; the one of more harm counts. A function that was there is one piece with its own traffic. A new
 * one has the traffic of each changed function that now calls it, and at least that of code that never ran: so no change that comes along takes
 * harm away.
 */
export function riskPieces(changes: readonly FunctionChange[]): RiskPiece[][][] {
  const callers = callersByName(changes);
  return changes.map((change) => {
    if (change.kind !== 'added') return [[{ units: riskTerms(change), exposure: change.exposure }]];
    const alone = [{ units: riskTerms(change), exposure: { ...change.exposure, state: 'never_ran' as const } }];
    const called = (callers.get(lastName(change.name)) ?? []).flatMap((caller): RiskPiece[] => {
      const times = timesCalled(caller, change.name);
      if (times === 0) return [];
      const { addedCalls, removedCalls } = caller.structure;
      // What the caller is said to ask through it is counted there.
      const told = [...removedCalls, ...addedCalls.filter(({ through }) => through !== undefined)];
      return [{ units: multiplied(riskTerms(change, told), times), exposure: caller.exposure }];
    });
    return [alone, called];
  });
}

/** The pieces of a change that count, with their numbers. */
export function weighedPieces(ways: readonly (readonly RiskPiece[])[], weights: RiskWeights): WeighedPiece[] {
  return ways
    .map((pieces) => pieces.map((piece) => weighed(piece, weights)))
    .reduce((most, it) => (harmOf(it) > harmOf(most) ? it : most));
}

/** Expected harm of pieces together. */
export function harmOf(pieces: readonly WeighedPiece[]): number {
  return pieces.reduce((sum, { harm }) => sum + harm, 0);
}

function weighed({ units, exposure }: RiskPiece, weights: RiskWeights): WeighedPiece {
  const values = exposureValues(exposure, weights);
  const factors = exposureFactors(values, weights);
  const danger = RISK_TERMS.reduce((sum, term) => sum + weights.terms[term] * units[term], 0);
  return { units, values, factors, danger, harm: factors.reduce((all, it) => all * it, danger) };
}

/** Functions that are not new, by the last names of what they call now and did not before. */
function callersByName(changes: readonly FunctionChange[]): ReadonlyMap<string, readonly FunctionChange[]> {
  const callers = new Map<string, FunctionChange[]>();
  for (const caller of changes) {
    if (caller.kind === 'added') continue;
    for (const name of new Set(caller.structure.addedCalls.map(({ target }) => lastName(target)))) {
      const known = callers.get(name);
      if (known) known.push(caller);
      else callers.set(name, [caller]);
    }
  }
  return callers;
}

function lastName(text: string): string {
  return text.slice(text.lastIndexOf('.') + 1);
}

/** How often a function calls the new one of this name, for each of its own calls. */
function timesCalled({ structure }: FunctionChange, name: string): number {
  const calls = structure.addedCalls.filter((it: CallChange) => lastName(it.target) === lastName(name));
  return calls.reduce((sum, { perCall }) => sum + (perCall ?? 1), 0);
}

function multiplied(units: TermUnits, by: number): TermUnits {
  return Object.fromEntries(RISK_TERMS.map((term) => [term, by * units[term]])) as TermUnits;
}
