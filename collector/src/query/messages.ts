import { hindcast } from '@hindcast/proto/generated/query.js';
import { DURATION_SCALE } from '@hindcast/proto/durationBuckets';
import type { Histogram } from '@hindcast/core/histogram';
import type { DeploymentRecord } from '../store/store.js';

import v1 = hindcast.v1;

// How the collector's own values read as messages.

export function timestamp(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function deploymentMessage(it: DeploymentRecord): v1.Deployment.$Properties {
  const { service, environment, version, revision, source } = it.key;
  return {
    service,
    environment,
    version,
    revision,
    repositoryUrl: it.repositoryUrl,
    instances: it.instances,
    firstSeen: timestamp(it.firstSeenMs),
    lastSeen: timestamp(it.lastSeenMs),
    observed: { seconds: it.observedSeconds, nanos: 0 },
    source: source === 'sensor' ? v1.Source.SOURCE_SENSOR : v1.Source.SOURCE_SPANS,
  };
}

/** Null for a histogram of nothing. */
export function histogramMessage(histogram: Histogram): v1.DurationHistogram.$Properties | null {
  if (histogram.count === 0) return null;
  const sorted = [...histogram.buckets].sort(([a], [b]) => a - b);
  return {
    scale: DURATION_SCALE,
    bucketIndexes: sorted.map(([index]) => index),
    bucketCounts: sorted.map(([, count]) => count),
    zeroCount: histogram.zeroCount,
    count: histogram.count,
    sumSeconds: histogram.sumSeconds,
    approximate: histogram.approximate,
  };
}

export function dropMessages(drops: ReadonlyMap<string, number>): v1.Drop.$Properties[] {
  return [...drops].filter(([, count]) => count > 0).map(([reason, count]) => ({ reason, count }));
}
