import type { Exposure } from '@hindcast/core/assess/functionChange';
import type { Program } from './program.js';
import type { FunctionOutcome, Outcome } from './simulate.js';

const NOTHING: Exposure = {
  ...{ state: 'unknown', callsPerMinute: 0, entryPoints: [], criticalPathShare: undefined, slackSeconds: undefined },
  ...{ services: [], errorRate: undefined, p50Seconds: undefined, p99Seconds: undefined, lastRanMs: undefined },
  versions: 0,
};

/** What production shows of a function of the first revision: what its simulation measured. */
export function exposureOf(program: Program, outcome: Outcome, name: string, isObserved: boolean): Exposure {
  const fn = program.functions.find((it) => it.name === name);
  if (!fn) return NOTHING;
  if (!isObserved) return { ...NOTHING, state: 'not_observed', services: [fn.service] };
  const seen = outcome.functions.get(name);
  if (!seen || seen.callsPerMinute === 0) return { ...NOTHING, state: 'never_ran', services: [fn.service] };
  const entryPoints = [...seen.entries]
    .filter(([, { callsPerMinute }]) => callsPerMinute > 0)
    .map(([entryName, { callsPerMinute, pathSeconds }]) => {
      const entry = program.entries.find((it) => it.name === entryName);
      const whole = outcome.entries.get(entryName)?.secondsPerCall ?? 0;
      return {
        ...{ service: fn.service, name: entryName, isInteractive: entry?.isInteractive ?? false, callsPerMinute },
        share: callsPerMinute / seen.callsPerMinute,
        criticalPathShare: whole > 0 ? Math.min(1, pathSeconds / whole) : 0,
      };
    })
    .toSorted((a, b) => b.callsPerMinute - a.callsPerMinute);
  return {
    ...{ state: 'ran', callsPerMinute: seen.callsPerMinute, versions: 1, lastRanMs: 0 },
    entryPoints,
    criticalPathShare: Math.max(...entryPoints.map((it) => it.criticalPathShare)),
    slackSeconds: Math.max(...[...seen.entries.values()].map(({ pathSeconds }) => pathSeconds)),
    services: [fn.service, ...[...seen.services].filter((it) => it !== fn.service).toSorted()],
    errorRate: seen.failuresPerMinute / seen.callsPerMinute,
    ...quantiles(seen),
  };
}

function quantiles({ durations }: FunctionOutcome): { p50Seconds: number | undefined; p99Seconds: number | undefined } {
  const sorted = durations.toSorted((a, b) => a - b);
  return {
    p50Seconds: sorted[Math.floor(sorted.length * 0.5)],
    p99Seconds: sorted[Math.floor(sorted.length * 0.99)],
  };
}
