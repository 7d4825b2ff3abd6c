import type { CallChange, FunctionChange } from './functionChange.js';
import { exposureFactors, exposureValues, type ExposureValues } from './riskExposure.js';
import { riskTerms, type TermUnits } from './riskTerms.js';
import { RISK_EXPOSURES, RISK_TERMS, RISK_WEIGHTS, type RiskWeights } from './riskWeights.js';
import { shapleyOfProducts } from './riskShapley.js';

/** One part of a risk, and what it adds to the number. */
export interface RiskFactor {
  readonly name: string;
  /** What was measured, as the formula takes it. */
  readonly value: number;
  readonly weight: number;
  /** Points of the risk that are this factor's; all of them add up to it. */
  readonly contribution: number;
}

/** A change's risk with its derivation: docs/risk.md. */
export interface Risk {
  /** 0..100. */
  readonly risk: number;
  readonly factors: readonly RiskFactor[];
  /** Points of the risk that are each change's, in the order given; all of them add up to it. */
  readonly contributions: readonly number[];
}

/**
 * A change's risk from what it does and what goes through it: expected harm is added up over functions, and made a number by a curve that
 * only rises. `factors` names what the change does, and what goes through it, each with its points: what the change does shares its
 * points as it shares the harm.
 */
export function riskOf(changes: readonly FunctionChange[], weights: RiskWeights = RISK_WEIGHTS): Risk {
  const parts = changes.map((change) => harmParts(change, changes, weights));
  const harms = parts.map((pieces) => sum(pieces.map(({ danger, factors }) => danger * product(factors))));
  const harm = sum(harms);
  const risk = riskOfHarm(harm, weights);
  const { ofProduct, ofFactors } = shapleyOfProducts(
    parts.flat().map(({ danger, factors }) => ({ base: danger, factors })),
    RISK_EXPOSURES.length,
    (it) => riskOfHarm(it, weights),
  );
  const termHarms = RISK_TERMS.map((term) =>
    sum(parts.flat().map(({ units, factors }) => weights.terms[term] * units[term] * product(factors))),
  );
  const touched = parts.flat().filter(({ danger }) => danger > 0);
  return {
    risk,
    factors: [
      ...RISK_TERMS.map((name, i) => ({
        name,
        value: sum(touched.map(({ units }) => units[name])),
        weight: weights.terms[name],
        contribution: harm > 0 ? (ofProduct * (termHarms[i] ?? 0)) / harm : 0,
      })),
      ...RISK_EXPOSURES.map((name, i) => ({
        name,
        value: measured(
          name,
          touched.map(({ values }) => values),
        ),
        weight: name === 'traffic' || name === 'not known' ? 1 : weights.exposures[name],
        contribution: ofFactors[i] ?? 0,
      })),
    ],
    contributions: harms.map((it) => (harm > 0 ? (risk * it) / harm : 0)),
  };
}

/** The number of an expected harm, 0..100: its odds are a power of the harm. Rises with it; harm 1 is 50. */
export function riskOfHarm(harm: number, { slope }: RiskWeights): number {
  if (!(harm > 0)) return 0;
  return 100 / (1 + Math.exp(-slope * Math.log(harm)));
}

/** Traffic is added up over functions; of the others the largest is told. */
function measured(name: (typeof RISK_EXPOSURES)[number], all: readonly ExposureValues[]): number {
  const values = all.map((it) => it[name]);
  return name === 'traffic' || name === 'not known' ? sum(values) : values.reduce((most, it) => Math.max(most, it), 0);
}

/** What a risk is called. */
export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** The risks from which on each level above low is meant. */
export const LEVEL_STARTS: Readonly<Record<Exclude<RiskLevel, 'low'>, number>> = { medium: 25, high: 50, critical: 75 };

/** The level of a risk 0..100. */
export function riskLevel(risk: number, starts = LEVEL_STARTS): RiskLevel {
  if (risk >= starts.critical) return 'critical';
  if (risk >= starts.high) return 'high';
  return risk >= starts.medium ? 'medium' : 'low';
}

interface HarmPart {
  /** For each call of what calls it, when it is new. */
  readonly units: TermUnits;
  readonly values: ExposureValues;
  readonly factors: readonly number[];
  /** Harm where one call a minute goes through, and nothing else is known to. */
  readonly danger: number;
}

/**
 * A function's parts of the harm: itself with its own traffic, or, when it is new, with that of each changed function that now calls it.
 * New code that nothing is seen to call counts as code that never ran.
 */
function harmParts(change: FunctionChange, changes: readonly FunctionChange[], weights: RiskWeights): HarmPart[] {
  const part = (exposure: FunctionChange['exposure'], times: number, elsewhere: readonly CallChange[]): HarmPart => {
    const once = riskTerms(change, elsewhere);
    const units = Object.fromEntries(RISK_TERMS.map((term) => [term, times * once[term]])) as TermUnits;
    const values = exposureValues(exposure, weights);
    return {
      ...{ units, values, factors: exposureFactors(values, weights) },
      danger: sum(RISK_TERMS.map((term) => weights.terms[term] * units[term])),
    };
  };
  if (change.kind !== 'added') return [part(change.exposure, 1, [])];
  const alone = part({ ...change.exposure, state: 'never_ran' }, 1, []);
  const called = changes.flatMap((caller) => {
    const times = caller === change || caller.kind === 'added' ? 0 : timesCalled(caller, change.name);
    return times > 0 ? [part(caller.exposure, times, caller.structure.removedCalls)] : [];
  });
  const of = (parts: readonly HarmPart[]): number => sum(parts.map((it) => it.danger * product(it.factors)));
  return of(called) > of([alone]) ? called : [alone];
}

/** How often a function calls the new one of this name, for each of its own calls. */
function timesCalled({ structure }: FunctionChange, name: string): number {
  const last = (text: string): string => text.slice(text.lastIndexOf('.') + 1);
  return sum(
    structure.addedCalls.filter(({ target }) => last(target) === last(name)).map(({ perCall }) => perCall ?? 1),
  );
}

function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
