import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { Exposure, ReachedEntryPoint } from '@hindcast/core/assess/functionChange';
import { mergeHistograms, quantile } from '@hindcast/core/histogram';
import { errorRate } from '@hindcast/core/rates';
import type { Deployment, FunctionFacts } from '../collector/facts.js';
import type { FileFacts, FunctionInService } from '../match/fileFacts.js';
import { entryPointText } from '../present/entryPointText.js';
import type { PathShares } from './pathShares.js';

/** Kinds of entry points that someone waits for. */
const INTERACTIVE: ReadonlySet<string> = new Set(['http', 'rpc']);

/** One function of one deployment, as production reports it. */
export interface DeployedFunction {
  readonly deployment: Deployment;
  /** As the deployment reports it. */
  readonly filePath: string;
  readonly facts: FunctionFacts;
}

export const UNKNOWN_EXPOSURE: Exposure = {
  state: 'unknown',
  callsPerMinute: 0,
  entryPoints: [],
  criticalPathShare: undefined,
  slackSeconds: undefined,
  services: [],
  errorRate: undefined,
  p50Seconds: undefined,
  p99Seconds: undefined,
  lastRanMs: undefined,
  versions: 0,
};

/** The deployments of a function that count: all versions in the environment of the newest, of each service. */
export function countedDeployments(
  views: readonly FunctionInService[],
  { services }: FileFacts,
): readonly DeployedFunction[] {
  return views.flatMap(({ service, deployment, facts, others }) => {
    const filePath = services.find((each) => each.service === service)?.primary.filePath ?? '';
    return [
      ...(facts ? [{ deployment, facts, filePath }] : []),
      ...others
        .filter((other) => other.deployment.environment === deployment.environment)
        .map((other) => ({ ...other, filePath })),
    ];
  });
}

/**
 * What goes through a function, added up.
 * @param reaching other services that reach it, most traffic first
 */
export function exposureOf(
  counted: readonly DeployedFunction[],
  windowSeconds: number,
  reaching: readonly string[],
  shares: PathShares,
): Exposure {
  const ran = counted.filter(({ facts }) => facts.state === 'ran');
  const calls = sum(ran.map(({ facts }) => facts.calls));
  const errors = sum(ran.map(({ facts }) => facts.errors));
  const perMinute = rateOf(ran, windowSeconds);
  const duration = mergeHistograms(ran.flatMap(({ facts }) => facts.duration ?? []));
  const own = [...new Set(counted.map(({ deployment }) => deployment.service))].sort(byCodeUnit);
  const path = shares.largest(counted);
  const last = ran.flatMap(({ facts }) => facts.lastCalledMs ?? []);
  const lastBefore = counted.flatMap(({ facts }) => facts.lastCalledMs ?? []);
  return {
    state: stateOf(counted),
    callsPerMinute: perMinute,
    entryPoints: entryPointsOf(ran, calls, perMinute, shares),
    criticalPathShare: path?.share,
    slackSeconds: path?.savesAtMostSeconds,
    services: [...own, ...reaching.filter((service) => !own.includes(service))],
    errorRate: calls > 0 ? errorRate(errors, calls) : undefined,
    p50Seconds: quantile(duration, 0.5),
    p99Seconds: quantile(duration, 0.99),
    lastRanMs: maximum(last.length > 0 ? last : lastBefore),
    versions: new Set(
      ran.map(({ deployment: { service, version, revision } }) => `${service}\0${version}\0${revision}`),
    ).size,
  };
}

function stateOf(counted: readonly DeployedFunction[]): Exposure['state'] {
  // Nothing was heard of a deployment in this window: that says nothing, whatever is concluded elsewhere.
  const heard = counted.filter(({ facts, deployment }) => facts.state === 'ran' || deployment.observedSeconds > 0);
  if (heard.some(({ facts }) => facts.state === 'ran')) return 'ran';
  if (heard.some(({ facts }) => facts.state === 'never_ran')) return 'never_ran';
  return heard.length > 0 ? 'not_observed' : 'unknown';
}

/** Calls a minute, over all services; versions that ran one after the other are not added up as if they ran at once. */
export function rateOf(ran: readonly DeployedFunction[], windowSeconds: number): number {
  const services = [...new Set(ran.map(({ deployment }) => deployment.service))];
  return sum(
    services.map((service) => {
      const own = ran.filter(({ deployment }) => deployment.service === service);
      const seconds = observedTogether(
        own.map(({ deployment }) => deployment),
        windowSeconds,
      );
      return seconds > 0 ? (sum(own.map(({ facts }) => facts.calls)) * 60) / seconds : 0;
    }),
  );
}

/** How long at least one of them reported: no less than the longest, no more than all one after the other. */
function observedTogether(deployments: readonly Deployment[], windowSeconds: number): number {
  const longest = Math.max(0, ...deployments.map(({ observedSeconds }) => observedSeconds));
  const all = sum(deployments.map(({ observedSeconds }) => observedSeconds));
  if (deployments.length < 2) return all;
  const newest = Math.max(...deployments.map(({ lastSeenMs }) => lastSeenMs ?? 0));
  const spans = deployments
    .map(({ firstSeenMs, lastSeenMs }) => {
      const end = lastSeenMs ?? newest;
      return [Math.min(end, Math.max(firstSeenMs ?? 0, newest - windowSeconds * 1000)), end] as const;
    })
    .sort(([a], [b]) => a - b);
  let covered = 0;
  let until = -Infinity;
  for (const [start, end] of spans) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return Math.min(all, Math.max(longest, covered / 1000));
}

function entryPointsOf(
  ran: readonly DeployedFunction[],
  calls: number,
  perMinute: number,
  shares: PathShares,
): readonly ReachedEntryPoint[] {
  const found = new Map<string, { service: string; kind: string; name: string; calls: number }>();
  for (const { deployment, facts } of ran) {
    for (const { entryPoint, calls: own } of facts.entryPoints) {
      const key = `${deployment.service}\0${entryPoint.kind}\0${entryPoint.name}`;
      const known = found.get(key);
      if (known) known.calls += own;
      else
        found.set(key, {
          service: deployment.service,
          kind: entryPoint.kind,
          name: entryPointText(entryPoint),
          calls: own,
        });
    }
  }
  const all = Math.max(calls, sum([...found.values()].map((each) => each.calls)));
  return [...found.values()]
    .sort((a, b) => b.calls - a.calls || byCodeUnit(a.service, b.service) || byCodeUnit(a.name, b.name))
    .map(({ service, kind, name, calls: own }) => ({
      service,
      name,
      isInteractive: INTERACTIVE.has(kind),
      callsPerMinute: all > 0 ? (perMinute * own) / all : 0,
      share: all > 0 ? own / all : 0,
      criticalPathShare: shares.of(ran, service, name),
    }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function maximum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
