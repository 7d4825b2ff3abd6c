import { hindcast } from '@hindcast/proto/generated/query.js';
import { DURATION_SCALE } from '@hindcast/proto/durationBuckets';
import type { Histogram } from '@hindcast/core/histogram';
import type { EntryPointKey, FunctionKey } from '../store/model.js';
import type { DependencyTotal, DeploymentRecord } from '../store/store.js';

import v1 = hindcast.v1;

// How the collector's own values read as messages.

export function timestamp(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function duration(seconds: number): { seconds: number; nanos: number } {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanos: Math.min(999_999_999, Math.round((seconds - whole) * 1e9)) };
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
  const bucketIndexes: number[] = [];
  const bucketCounts: number[] = [];
  let isSorted = true;
  for (const [index, count] of histogram.buckets) {
    isSorted &&= index > (bucketIndexes.at(-1) ?? -Infinity);
    bucketIndexes.push(index);
    bucketCounts.push(count);
  }
  if (!isSorted) {
    bucketIndexes.sort((a, b) => a - b);
    for (const [i, index] of bucketIndexes.entries()) bucketCounts[i] = histogram.buckets.get(index) ?? 0;
  }
  return {
    scale: DURATION_SCALE,
    bucketIndexes,
    bucketCounts,
    zeroCount: histogram.zeroCount,
    count: histogram.count,
    sumSeconds: histogram.sumSeconds,
    approximate: histogram.approximate,
  };
}

export function dropMessages(drops: ReadonlyMap<string, number>): v1.Drop.$Properties[] {
  return [...drops].filter(([, count]) => count > 0).map(([reason, count]) => ({ reason, count }));
}

export function entryPointMessage({ kind, name }: EntryPointKey): v1.EntryPointId.$Properties {
  return { kind, name };
}

/** A function of which only its place is known. */
export function placeMessage({ name, line, column }: FunctionKey): v1.FunctionId.$Properties {
  return { name, line, column, endLine: 0, bodyHash: '' };
}

/** Most calls first. */
export function dependencyMessages(totals: readonly DependencyTotal[], atMost: number): v1.Dependency.$Properties[] {
  return totals
    .toSorted((a, b) => b.calls - a.calls)
    .slice(0, atMost)
    .map(({ dependency: { kind, target }, calls, errors, durations }) => ({
      kind,
      target,
      calls,
      errors,
      duration: histogramMessage(durations),
    }));
}

/** Most frequent first. */
export function errorMessages(errors: ReadonlyMap<string, number>): v1.ErrorCount.$Properties[] {
  return [...errors].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
}

export function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
