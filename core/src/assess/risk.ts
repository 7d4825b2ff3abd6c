import type { FunctionChange } from './functionChange.js';
import type { ExposureValues } from './riskExposure.js';
import { harmOf, riskPieces, weighedPieces } from './riskPieces.js';
import { shapleyOfProducts } from './riskShapley.js';
import { RISK_EXPOSURES, RISK_TERMS, RISK_WEIGHTS, type RiskWeights } from './riskWeights.js';

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
  const byChange = riskPieces(changes).map((ways) => weighedPieces(ways, weights));
  const pieces = byChange.flat();
  const harm = harmOf(pieces);
  const risk = riskOfHarm(harm, weights);
  const { ofProduct, ofFactors } = shapleyOfProducts(
    pieces.map(({ danger, factors }) => ({ base: danger, factors })),
    RISK_EXPOSURES.length,
    (it) => riskOfHarm(it, weights),
  );
  const touched = pieces.filter(({ danger }) => danger > 0);
  const termHarm = (term: (typeof RISK_TERMS)[number]): number =>
    weights.terms[term] * sum(touched.map(({ units, danger, harm: of }) => (units[term] * of) / danger));
  return {
    risk,
    factors: [
      ...RISK_TERMS.map((name) => ({
        name,
        value: sum(touched.map(({ units }) => units[name])),
        weight: weights.terms[name],
        contribution: harm > 0 ? (ofProduct * termHarm(name)) / harm : 0,
      })),
      ...RISK_EXPOSURES.map((name, i) => ({
        name,
        value: measured(
          name,
          touched.map(({ values }) => values),
        ),
        weight: name === 'traffic' || name === 'not known' ? weights.trafficPower : weights.exposures[name],
        contribution: ofFactors[i] ?? 0,
      })),
    ],
    contributions: byChange.map((own) => (harm > 0 ? (risk * harmOf(own)) / harm : 0)),
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
export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

/** The risks from which on each level above low is meant. */
export const LEVEL_STARTS: Readonly<Record<Exclude<RiskLevel, 'low'>, number>> = { medium: 25, high: 50, critical: 75 };

/** The level of a risk 0..100. */
export function riskLevel(risk: number, starts = LEVEL_STARTS): RiskLevel {
  if (risk >= starts.critical) return 'critical';
  if (risk >= starts.high) return 'high';
  return risk >= starts.medium ? 'medium' : 'low';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
