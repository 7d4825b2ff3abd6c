import { riskOf, riskOfHarm } from '@hindcast/core/assess/risk';
import { harmOf, riskPieces, weighedPieces } from '@hindcast/core/assess/riskPieces';
import { RISK_EXPOSURES, RISK_TERMS, RISK_WEIGHTS, type RiskWeights } from '@hindcast/core/assess/riskWeights';
import { diffFunctions } from './diffFunctions.js';
import { HARMFUL } from './harm.js';
import { auc, rankCorrelation } from './ranking.js';
import { simulatedChanges, type SimulatedChange } from './simulatedChanges.js';
import { HELD_OUT_TOPOLOGIES } from './topologies.js';

export interface RiskEvalOptions {
  readonly changesPerTopology: number;
  /** One for each set of programs and commits. */
  readonly seeds: readonly number[];
}

/** The formula on commits to programs of topologies that its weights were not fitted on. */
export async function evaluateRisk({ changesPerTopology, seeds }: RiskEvalOptions) {
  const sets = await Promise.all(
    HELD_OUT_TOPOLOGIES.flatMap((topology, i) =>
      seeds.map((seed) => simulatedChanges(topology, 1000 * (i + 1) + seed, changesPerTopology, diffFunctions)),
    ),
  );
  const changes = sets.flat();
  const isHarmful = changes.map(({ harm }) => harm.total >= HARMFUL);
  const pieces = changes.map(({ functions }) => riskPieces(functions));
  const scored = (weights: RiskWeights): number[] =>
    pieces.map((of) => riskOfHarm(harmOf(of.flatMap((ways) => weighedPieces(ways, weights))), weights));
  const risks = changes.map(({ functions }) => riskOf(functions).risk);
  const harms = changes.map(({ harm }) => harm.total);
  return {
    seeds,
    changes: changes.length,
    topologies: HELD_OUT_TOPOLOGIES.length,
    harmful: isHarmful.filter(Boolean).length,
    auc: auc(risks, isHarmful),
    aucBaselines: {
      size: auc(
        changes.map(({ size }) => size),
        isHarmful,
      ),
      churn: auc(
        changes.map(({ churn }) => churn),
        isHarmful,
      ),
    },
    aucByTopology: Object.fromEntries(
      HELD_OUT_TOPOLOGIES.map((topology) => {
        const at = changes.flatMap((it, i) => (it.topology === topology ? [i] : []));
        return [
          topology,
          auc(
            at.map((i) => risks[i] ?? 0),
            at.map((i) => isHarmful[i] ?? false),
          ),
        ];
      }),
    ),
    rankCorrelation: {
      risk: rankCorrelation(risks, harms),
      size: rankCorrelation(
        changes.map(({ size }) => size),
        harms,
      ),
    },
    ablation: Object.fromEntries(
      [...RISK_TERMS, ...RISK_EXPOSURES].map((factor) => [
        factor,
        auc(scored(without(RISK_WEIGHTS, factor)), isHarmful),
      ]),
    ),
    calibration: calibration(risks, isHarmful, harms),
    byKind: byKind(changes, risks, isHarmful),
  };
}

/** The formula as if it did not know one factor. */
export function without(weights: RiskWeights, factor: string): RiskWeights {
  return {
    ...weights,
    terms: { ...weights.terms, ...(factor in weights.terms ? { [factor]: 0 } : {}) },
    exposures: { ...weights.exposures, ...(factor in weights.exposures ? { [factor]: 0 } : {}) },
    ...(factor === 'not known' ? { unknownCallsPerMinute: 0 } : {}),
    ...(factor === 'traffic' ? { trafficPower: 0 } : {}),
  };
}

const CALIBRATED = [0, 5, 25, 50, 75, 100];

/** Changes by their risk: how many of them were harmful, and how much. */
function calibration(risks: readonly number[], isHarmful: readonly boolean[], harms: readonly number[]) {
  return CALIBRATED.slice(1).map((to, i) => {
    const from = CALIBRATED[i] ?? 0;
    const at = risks.flatMap((risk, of) => (risk >= from && (risk < to || to === 100) ? [of] : []));
    const mean = (of: (i: number) => number): number =>
      at.reduce((sum, it) => sum + of(it), 0) / Math.max(1, at.length);
    return {
      risk: [from, to],
      changes: at.length,
      meanRisk: mean((it) => risks[it] ?? 0),
      harmfulPercent: 100 * mean((it) => (isHarmful[it] ? 1 : 0)),
      medianHarm: at.map((it) => harms[it] ?? 0).sort((a, b) => a - b)[Math.floor(at.length / 2)] ?? 0,
    };
  });
}

function byKind(changes: readonly SimulatedChange[], risks: readonly number[], isHarmful: readonly boolean[]) {
  const kinds = [...new Set(changes.map(({ kind }) => kind))].toSorted();
  return Object.fromEntries(
    kinds.map((kind) => {
      const at = changes.flatMap((it, i) => (it.kind === kind ? [i] : []));
      const sum = (of: (i: number) => number): number => at.reduce((total, i) => total + of(i), 0);
      return [
        kind,
        {
          changes: at.length,
          harmful: sum((i) => (isHarmful[i] ? 1 : 0)),
          meanRisk: sum((i) => risks[i] ?? 0) / at.length,
        },
      ];
    }),
  );
}
