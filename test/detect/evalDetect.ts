import { lowestRegressions } from '@hindcast/core/detect/attribution';
import { compareVersions, MAX_P, type Subject } from '@hindcast/core/detect/compareVersions';
import { interpolatedQuantile } from '@hindcast/core/detect/interpolatedQuantile';
import { randomFrom } from '@hindcast/core/statistics/simulation';
import { FUNCTIONS, keyOf, simulateDeploy, type Planted, type SimulatedDeploy } from './simulatedDeploy.js';

export interface EvalOptions {
  /** Deployments of every size at every load, beside and after one another. */
  readonly repeats: number;
  /** Deployments that change nothing, with each seed. */
  readonly nulls: number;
  readonly seeds: readonly number[];
  /** What is tried in place of the p-value from which on a test is believed. */
  readonly maxP?: number | undefined;
}

/** What detection's limits were chosen with; figures are those of others. */
export const TUNING_SEEDS = [20, 21];
export const SEEDS = [101, 102, 103];

const LOADS = [10, 100, 1000, 10_000, 60_000];
/** Minutes of the new version, warm-up and all, at which is looked. */
const LOOKS = [7, 10, 14, 19, 25, 32];
const sizes: Record<string, Planted> = {
  'all calls ×1.05': { kind: 'latency', factor: 1.05 },
  'all calls ×1.15': { kind: 'latency', factor: 1.15 },
  'all calls ×1.25': { kind: 'latency', factor: 1.25 },
  'all calls ×1.5': { kind: 'latency', factor: 1.5 },
  'all calls ×2': { kind: 'latency', factor: 2 },
  'all calls ×4': { kind: 'latency', factor: 4 },
  'all calls ×10': { kind: 'latency', factor: 10 },
  '3 % of calls ×4': { kind: 'tail', share: 0.03, factor: 4 },
  'errors +0.1 pp': { kind: 'errors', added: 0.001 },
  'errors +0.5 pp': { kind: 'errors', added: 0.005 },
  'errors +1 pp': { kind: 'errors', added: 0.01 },
  'errors +5 pp': { kind: 'errors', added: 0.05 },
  'errors +20 pp': { kind: 'errors', added: 0.2 },
  'N+1: 1 more call': { kind: 'calls', added: 1 },
  'N+1: 10 more calls': { kind: 'calls', added: 10 },
};

interface Tally {
  cases: number;
  found: number;
  fixed: number;
  atLook: number[];
}

/** Plants regressions in simulated deployments and counts what is found; the same figures every time. */
export function evaluateDetection({ repeats, nulls, seeds, maxP = MAX_P }: EvalOptions) {
  const found = (deploy: SimulatedDeploy, minutes: number): string[] => findingsAt(deploy, minutes, maxP);
  const bySize = new Map<string, Tally>();
  const byLoad = new Map<string, Tally>();
  let cases = 0;
  let rootRight = 0;
  let onlyRoot = 0;
  let foundAtAll = 0;
  const generators = seeds.map((seed) => randomFrom(seed));
  for (const [size, planted] of Object.entries(sizes)) {
    for (const callsPerMinute of LOADS) {
      for (let i = 0; i < 2 * repeats * seeds.length; i++) {
        const random = generators[(i >> 1) % seeds.length] ?? Math.random;
        const deploy = simulateDeploy(random, { callsPerMinute, planted, isBeside: i % 2 === 0 });
        const looks = LOOKS.map((minutes) => found(deploy, minutes));
        const hits = looks.map((all) => all.some((it) => deploy.above.has(it)));
        const last = looks.findLast((all) => all.some((it) => deploy.above.has(it)));
        cases++;
        if (last) {
          foundAtAll++;
          if (last.includes(keyOf(deploy.root))) rootRight++;
          if (last.every((it) => it === keyOf(deploy.root))) onlyRoot++;
        }
        const fixed = fixedRatio(deploy).some((it) => deploy.above.has(it));
        for (const tally of [tallyOf(bySize, size), tallyOf(byLoad, `${size}, ${callsPerMinute}/min`)]) {
          tally.cases++;
          if (last) tally.found++;
          if (fixed) tally.fixed++;
          LOOKS.forEach((_, look) => {
            if (hits.slice(0, look + 1).some(Boolean)) tally.atLook[look] = (tally.atLook[look] ?? 0) + 1;
          });
        }
      }
    }
  }
  let falseFindings = 0;
  let fixedFalse = 0;
  const nullDeploys = nulls * seeds.length;
  for (let i = 0; i < nullDeploys; i++) {
    const random = generators[(i >> 1) % seeds.length] ?? Math.random;
    const callsPerMinute = LOADS[i % LOADS.length] ?? 0;
    const deploy = simulateDeploy(random, { callsPerMinute, planted: undefined, isBeside: i % 2 === 0 });
    falseFindings += new Set(LOOKS.flatMap((minutes) => found(deploy, minutes))).size;
    fixedFalse += fixedRatio(deploy).length;
  }
  const perTenThousand = (n: number): number => (10_000 * n) / (nullDeploys * FUNCTIONS);
  const shares = (of: Map<string, Tally>, share: (it: Tally) => unknown) =>
    Object.fromEntries([...of].map(([name, it]) => [name, share(it)]));
  return {
    seeds,
    maxP,
    cases,
    detectionRate: shares(bySize, (it) => it.found / it.cases),
    detectionRateByLoad: shares(byLoad, (it) => it.found / it.cases),
    detectedByMinute: shares(bySize, (it) =>
      Object.fromEntries(LOOKS.map((minutes, look) => [minutes, (it.atLook[look] ?? 0) / it.cases])),
    ),
    nullFunctionDeploys: nullDeploys * FUNCTIONS,
    falseFindings,
    falsePerTenThousand: perTenThousand(falseFindings),
    rootFunctionRight: rootRight / foundAtAll,
    rootFunctionAlone: onlyRoot / foundAtAll,
    fixedRatioRule: {
      detectionRate: shares(bySize, (it) => it.fixed / it.cases),
      falsePerTenThousand: perTenThousand(fixedFalse),
    },
  };
}

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const tally = tallies.get(name) ?? { cases: 0, found: 0, fixed: 0, atLook: [] };
  tallies.set(name, tally);
  return tally;
}

/** The functions that findings are about, as a collector would list them, suspected ones too. */
function findingsAt(deploy: SimulatedDeploy, minutes: number, maxP: number): string[] {
  const { subjects, counts, links, shifts } = deploy.at(minutes);
  const { regressions } = compareVersions(subjects, counts, maxP);
  return [...new Set(lowestRegressions(regressions, links, shifts).map((it) => it.regression.key.replace('#', '')))];
}

/** Twice the 99th percentile, or 5 points more errors, with the same least number of calls. */
function fixedRatio(deploy: SimulatedDeploy): string[] {
  const rate = (all: Subject['baseline']): number =>
    all.reduce((sum, it) => sum + it.errors, 0) / all.reduce((sum, it) => sum + it.calls, 0);
  return deploy
    .at(LOOKS.at(-1) ?? 0)
    .subjects.filter(
      ({ baseline, candidate, durations }) =>
        durations.candidate.count >= 20 &&
        ((interpolatedQuantile(durations.candidate, 0.99) ?? 0) >=
          2 * (interpolatedQuantile(durations.baseline, 0.99) ?? 0) ||
          rate(candidate) - rate(baseline) >= 0.05),
    )
    .map(({ key }) => key);
}
