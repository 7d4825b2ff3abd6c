import { emptyHistogram, mergeHistograms, quantile, type Histogram } from '@hindcast/core/histogram';
import type {
  FunctionPlace,
  LatencyPicture,
  TimelinePicture,
  TimelinePoint,
  VersionLatency,
} from '@hindcast/proto/webviewMessages';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';
import type { FunctionDetail, SeriesPoint } from '../collector/functionDetail.js';
import { isSameDeployment } from '../collector/sameDeployment.js';

const SERIES_POINTS = 120;
/** With one version alone there is nothing to compare: then older ones are looked for so far back. */
const WIDER_SECONDS = 7 * 86_400;

/** Durations of a function by version, and over which scope. */
export async function latencyPicture(
  collector: CollectorClient,
  scope: Scope,
  place: FunctionPlace,
): Promise<{ picture: LatencyPicture; scope: Scope } | undefined> {
  let used: Scope = { ...scope, version: undefined };
  let details = await detailsOf(collector, used, place, 1);
  if (!details) return undefined;
  if (new Set(details.map(({ deployment }) => deployment.version)).size < 2 && used.windowSeconds < WIDER_SECONDS) {
    const wider = { ...used, windowSeconds: WIDER_SECONDS };
    const more = (await detailsOf(collector, wider, place, 1)) ?? [];
    if (new Set(more.map(({ deployment }) => deployment.version)).size > 1) {
      used = wider;
      details = more;
    }
  }
  const versions = details.map(versionLatency);
  return { picture: { kind: 'latency', title: `Latency of ${place.name}`, place, versions }, scope: used };
}

/** A function over time, all versions together, with what was deployed when. */
export async function timelinePicture(
  collector: CollectorClient,
  scope: Scope,
  place: FunctionPlace,
): Promise<TimelinePicture | undefined> {
  const details = await detailsOf(collector, { ...scope, version: undefined }, place, SERIES_POINTS);
  if (!details) return undefined;
  const deploys = details
    .flatMap(({ deployment: { version, environment, firstSeenMs } }) =>
      firstSeenMs === undefined ? [] : [{ version, environment, atMs: firstSeenMs }],
    )
    .sort((a, b) => a.atMs - b.atMs);
  return { kind: 'timeline', title: `Timeline of ${place.name}`, place, points: sumSeries(details), deploys };
}

/**
 * The function in every deployment, newest first. It may stand on another line in each; where a deployment has several of its name in
 * the file, only the one at its very place is it.
 */
async function detailsOf(
  collector: CollectorClient,
  scope: Scope,
  place: FunctionPlace,
  points: number,
): Promise<FunctionDetail[] | undefined> {
  const { service, filePath, name } = place;
  const answer = await collector.getFunction({ service, filePath, name }, scope, points);
  if (!answer) return undefined;
  const found = answer.functions.filter((detail) => detail.facts.id.name === name && detail.filePath === filePath);
  const isAt = ({ facts: { id } }: FunctionDetail) =>
    id.line === place.line && (place.column === 0 || id.column === place.column);
  return found.filter((detail) => {
    const twins = found.filter((other) => isSameDeployment(other.deployment, detail.deployment));
    return twins.length === 1 || isAt(detail);
  });
}

function versionLatency({ deployment, facts }: FunctionDetail): VersionLatency {
  const duration = facts.duration ?? emptyHistogram;
  const buckets = [...duration.buckets].sort((a, b) => a[0] - b[0]);
  const at = (q: number) => quantile(duration, q) ?? null;
  return {
    version: deployment.version || deployment.revision.slice(0, 8),
    environment: deployment.environment,
    calls: facts.calls,
    errors: facts.errors,
    firstSeenMs: deployment.firstSeenMs ?? null,
    lastSeenMs: deployment.lastSeenMs ?? null,
    bucketIndexes: buckets.map(([index]) => index),
    bucketCounts: buckets.map(([, count]) => count),
    zeroCount: duration.zeroCount,
    timed: duration.count,
    meanSeconds: duration.count === 0 ? null : duration.sumSeconds / duration.count,
    p50Seconds: at(0.5),
    p90Seconds: at(0.9),
    p99Seconds: at(0.99),
    isApproximate: duration.approximate,
  };
}

/** Adds up what the deployments did in the same piece of time. A piece counts as observed as long as the longest of them. */
export function sumSeries(details: readonly Pick<FunctionDetail, 'series'>[]): TimelinePoint[] {
  const pieces = new Map<number, SeriesPoint[]>();
  for (const { series } of details) {
    for (const point of series) pieces.set(point.startMs, [...(pieces.get(point.startMs) ?? []), point]);
  }
  return [...pieces]
    .sort((a, b) => a[0] - b[0])
    .map(([startMs, points]) => {
      const duration = mergeHistograms(
        points.flatMap((point): Histogram[] => (point.duration ? [point.duration] : [])),
      );
      const sum = (valueOf: (point: SeriesPoint) => number) =>
        points.reduce((total, point) => total + valueOf(point), 0);
      return {
        startMs,
        widthSeconds: Math.max(...points.map(({ widthSeconds }) => widthSeconds)),
        calls: sum(({ calls }) => calls),
        errors: sum(({ errors }) => errors),
        observedSeconds: Math.max(...points.map(({ observedSeconds }) => observedSeconds)),
        p50Seconds: quantile(duration, 0.5) ?? null,
        p99Seconds: quantile(duration, 0.99) ?? null,
      };
    });
}
