import type { Exposure } from './functionChange.js';
import { saturating } from './riskTerms.js';
import { RISK_EXPOSURES, type RiskExposure, type RiskWeights } from './riskWeights.js';

/** Seconds of slack, share of failing calls and other services that make half of the full measure. */
const HALF_SLACK_SECONDS = 0.05;
const HALF_ERROR_RATE = 0.01;
const HALF_SERVICES = 3;

export type ExposureValues = Readonly<Record<RiskExposure, number>>;

/** Of each exposure what was measured: calls a minute, else 0..1 of its full measure. What is not known counts in full. */
export function exposureValues(exposure: Exposure, { unknownCallsPerMinute }: RiskWeights): ExposureValues {
  const { state, callsPerMinute, entryPoints, criticalPathShare, slackSeconds, services, errorRate } = exposure;
  const isUnknown = state === 'unknown' || state === 'not_observed';
  const isRun = isUnknown || callsPerMinute > 0;
  const share = entryPoints.reduce((sum, it) => sum + Math.max(0, it.share), 0);
  const interactive = entryPoints.reduce((sum, it) => sum + (it.isInteractive ? Math.max(0, it.share) : 0), 0);
  return {
    traffic: Math.max(0, callsPerMinute),
    'not known': isUnknown ? unknownCallsPerMinute : 0,
    interactive: !isRun ? 0 : share > 0 ? interactive / Math.max(1, share) + Math.max(0, 1 - share) : 1,
    'critical path': isRun ? Math.min(1, Math.max(0, criticalPathShare ?? UNKNOWN_SHARE)) : 0,
    'time at stake': isRun ? saturating(slackSeconds ?? exposure.p50Seconds ?? 0, HALF_SLACK_SECONDS) : 0,
    reach: saturating(services.length - 1, HALF_SERVICES),
    errors: saturating(errorRate ?? 0, HALF_ERROR_RATE),
  };
}

/** Of an entry point's time, where the critical path is not known. */
const UNKNOWN_SHARE = 0.5;

/** The factors by which exposures multiply harm, each at least 1. A call a minute is added to traffic, so that code that never ran counts. */
export function exposureFactors(values: ExposureValues, { exposures, trafficPower }: RiskWeights): number[] {
  return RISK_EXPOSURES.map((name) => {
    if (name === 'traffic') return (1 + values.traffic) ** trafficPower;
    if (name === 'not known') return (1 + values['not known'] / (1 + values.traffic)) ** trafficPower;
    return 1 + exposures[name] * values[name];
  });
}
