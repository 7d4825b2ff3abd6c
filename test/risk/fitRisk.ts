import { harmOf, riskPieces, weighedPieces } from '@hindcast/core/assess/riskPieces';
import { riskOfHarm } from '@hindcast/core/assess/risk';
import { RISK_TERMS, RISK_WEIGHTS, type RiskWeights } from '@hindcast/core/assess/riskWeights';
import { diffFunctions } from './diffFunctions.js';
import { HARMFUL } from './harm.js';
import { auc } from './ranking.js';
import { simulatedChanges } from './simulatedChanges.js';
import { TRAINING_TOPOLOGIES } from './topologies.js';

export interface FitOptions {
  readonly changesPerTopology: number;
  readonly seeds: readonly number[];
  readonly steps: number;
}

const EXPOSURES = ['interactive', 'critical path', 'time at stake', 'reach', 'errors'] as const;
/** Where every weight starts, and is drawn back to where the changes say nothing. */
const PRIOR: RiskWeights = {
  terms: Object.fromEntries(RISK_TERMS.map((term) => [term, 0.001])) as RiskWeights['terms'],
  exposures: Object.fromEntries(EXPOSURES.map((name) => [name, 1])) as RiskWeights['exposures'],
  ...{ unknownCallsPerMinute: 30, trafficPower: 1, slope: 1 },
};
/** How far a logarithm of a weight usually is from its prior. */
const PRIOR_SPREAD = 2;

/** Weights under which the harmful changes of the training half are most likely to be harmful, and the others not. */
export async function fitRisk({ changesPerTopology, seeds, steps }: FitOptions) {
  const sets = [];
  for (const [i, topology] of TRAINING_TOPOLOGIES.entries())
    for (const seed of seeds)
      sets.push(await simulatedChanges(topology, 100_000 * (i + 1) + seed, changesPerTopology, diffFunctions));
  const changes = sets.flat();
  const isHarmful = changes.map(({ harm }) => harm.total >= HARMFUL);
  const pieces = changes.map(({ functions }) => riskPieces(functions));
  const scores = (weights: RiskWeights): number[] =>
    pieces.map((of) => riskOfHarm(harmOf(of.flatMap((ways) => weighedPieces(ways, weights))), weights) / 100);
  const start = vectorOf(PRIOR);
  const loss = (vector: readonly number[]): number => {
    const drawn = vector.reduce((sum, it, i) => sum + (it - (start[i] ?? 0)) ** 2, 0) / (2 * PRIOR_SPREAD ** 2);
    return scores(weightsOf(vector)).reduce((sum, p, i) => {
      const likely = isHarmful[i] ? p : 1 - p;
      return sum - Math.log(Math.max(1e-6, likely));
    }, drawn);
  };
  const fitted = weightsOf(descend(loss, start, steps));
  return {
    changes: changes.length,
    harmful: isHarmful.filter(Boolean).length,
    aucBefore: auc(scores(RISK_WEIGHTS), isHarmful),
    auc: auc(scores(fitted), isHarmful),
    weights: rounded(fitted),
  };
}

function vectorOf({ terms, exposures, unknownCallsPerMinute, slope }: RiskWeights): number[] {
  return [
    ...RISK_TERMS.map((it) => terms[it]),
    ...EXPOSURES.map((it) => exposures[it]),
    unknownCallsPerMinute,
    slope,
  ].map(Math.log);
}

function weightsOf(vector: readonly number[]): RiskWeights {
  const at = (i: number): number => Math.exp(vector[i] ?? 0);
  const [terms, all] = [RISK_TERMS.length, RISK_TERMS.length + EXPOSURES.length];
  return {
    terms: Object.fromEntries(RISK_TERMS.map((term, i) => [term, at(i)])) as RiskWeights['terms'],
    exposures: Object.fromEntries(EXPOSURES.map((name, i) => [name, at(terms + i)])) as RiskWeights['exposures'],
    ...{ unknownCallsPerMinute: at(all), trafficPower: 1, slope: at(all + 1) },
  };
}

/** Steps against the slope, each parameter at its own pace (Adam: Kingma and Ba, 2015), smaller towards the end. */
function descend(loss: (at: readonly number[]) => number, start: readonly number[], steps: number): number[] {
  const at = [...start];
  const mean = at.map(() => 0);
  const square = at.map(() => 0);
  for (let step = 1; step <= steps; step++) {
    const gradient = at.map((value, i) => {
      const near = (by: number): number => loss(at.with(i, value + by));
      return (near(0.02) - near(-0.02)) / 0.04;
    });
    gradient.forEach((slope, i) => {
      mean[i] = 0.9 * (mean[i] ?? 0) + 0.1 * slope;
      square[i] = 0.99 * (square[i] ?? 0) + 0.01 * slope ** 2;
      const pace = (0.3 * (1 - step / (steps + 1))) / (Math.sqrt((square[i] ?? 0) / (1 - 0.99 ** step)) + 1e-9);
      at[i] = (at[i] ?? 0) - (pace * (mean[i] ?? 0)) / (1 - 0.9 ** step);
    });
  }
  return at;
}

function rounded(value: RiskWeights): RiskWeights {
  return JSON.parse(JSON.stringify(value), (_, it: unknown) =>
    typeof it === 'number' ? Number(it.toPrecision(2)) : it,
  ) as RiskWeights;
}
