import type { Histogram } from '@hindcast/core/histogram';
import { downscaleIndex } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type {
  Caller,
  CollectorStatus,
  Dependency,
  DeployedFile,
  Deployment,
  Drop,
  EntryPointFacts,
  EntryPointId,
  FunctionFacts,
  FunctionId,
  FunctionState,
  ServiceSummary,
} from './facts.js';

import v1 = hindcast.v1;

// Decoded messages have every scalar set, but their nested messages may be absent and are typed as partial: each function
// here takes the partial form and fills in what the format says absent means.

export function deployedFile(message: v1.DeployedFile.$Properties): DeployedFile {
  return {
    deployment: deployment(message.deployment ?? {}),
    filePath: message.filePath ?? '',
    contentHash: message.contentHash ?? '',
    notObservedReason: message.notObservedReason ?? '',
    functions: (message.functions ?? []).map(functionFacts),
  };
}

export function serviceSummary(message: v1.ServiceSummary.$Properties): ServiceSummary {
  return {
    deployment: deployment(message.deployment ?? {}),
    files: message.files ?? 0,
    filesNotObserved: message.filesNotObserved ?? 0,
    functions: message.functions ?? 0,
    functionsRan: message.functionsRan ?? 0,
    functionsNeverRan: message.functionsNeverRan ?? 0,
    functionsNotObserved: message.functionsNotObserved ?? 0,
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    drops: (message.drops ?? []).map(drop),
    dependencies: (message.dependencies ?? []).map(dependency),
  };
}

export function entryPointFacts(message: v1.EntryPointFacts.$Properties): EntryPointFacts {
  return {
    deployment: deployment(message.deployment ?? {}),
    entryPoint: entryPointId(message.entryPoint ?? {}),
    id: message.function ? functionId(message.function) : undefined,
    filePath: message.filePath ?? '',
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    errorsByType: (message.errorsByType ?? []).map(errorCount),
    duration: message.duration ? histogram(message.duration) : undefined,
  };
}

export function collectorStatus(message: v1.GetStatusResponse.$Properties): CollectorStatus {
  const store = message.store ?? {};
  return {
    version: message.version ?? '',
    startedAtMs: milliseconds(message.startedAt),
    receivers: (message.receivers ?? []).map((receiver) => ({
      name: receiver.name ?? '',
      address: receiver.address ?? '',
      acceptedRequests: receiver.acceptedRequests ?? 0,
      acceptedPoints: receiver.acceptedPoints ?? 0,
      acceptedSpans: receiver.acceptedSpans ?? 0,
      acceptedEvents: receiver.acceptedEvents ?? 0,
      refused: (receiver.refused ?? []).map(drop),
    })),
    store: {
      kind: store.kind ?? '',
      path: store.path ?? '',
      sizeBytes: store.sizeBytes ?? 0,
      problem: store.problem ?? '',
      oldestMs: milliseconds(store.oldest),
      dropped: (store.dropped ?? []).map(drop),
    },
  };
}

export function deployment(message: v1.Deployment.$Properties): Deployment {
  return {
    service: message.service ?? '',
    environment: message.environment ?? '',
    version: message.version ?? '',
    revision: message.revision ?? '',
    repositoryUrl: message.repositoryUrl ?? '',
    instances: message.instances ?? 0,
    firstSeenMs: milliseconds(message.firstSeen),
    lastSeenMs: milliseconds(message.lastSeen),
    observedSeconds: seconds(message.observed),
    source: sourceOf(message.source),
  };
}

const sources: ReadonlyMap<number, Deployment['source']> = new Map([
  [v1.Source.SOURCE_SENSOR, 'sensor'],
  [v1.Source.SOURCE_SPANS, 'spans'],
]);

export function sourceOf(source: number | null | undefined): Deployment['source'] {
  return sources.get(source ?? 0) ?? 'unknown';
}

const states: ReadonlyMap<number, FunctionState> = new Map([
  [v1.FunctionState.FUNCTION_STATE_RAN, 'ran'],
  [v1.FunctionState.FUNCTION_STATE_NEVER_RAN, 'never_ran'],
]);

export function functionFacts(message: v1.FunctionFacts.$Properties): FunctionFacts {
  return {
    id: functionId(message.function ?? {}),
    // A state that this version does not know says nothing about whether it ran.
    state: states.get(message.state ?? 0) ?? 'not_observed',
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    errorsByType: (message.errorsByType ?? []).map(errorCount),
    duration: message.duration ? histogram(message.duration) : undefined,
    callers: (message.callers ?? []).map(caller),
    callersOmitted: message.callersOmitted ?? 0,
    declaredSinceMs: milliseconds(message.declaredSince),
    lastCalledMs: milliseconds(message.lastCalled),
    notObservedReason: message.notObservedReason ?? '',
    entryCalls: message.entryCalls ?? 0,
    entryPoints: (message.entryPoints ?? []).map((share) => ({
      entryPoint: entryPointId(share.entryPoint ?? {}),
      calls: share.calls ?? 0,
    })),
    dependencies: (message.dependencies ?? []).map(dependency),
  };
}

export function functionId(message: v1.FunctionId.$Properties): FunctionId {
  return {
    name: message.name ?? '',
    line: message.line ?? 0,
    column: message.column ?? 0,
    endLine: message.endLine ?? 0,
    bodyHash: message.bodyHash ?? '',
  };
}

export function caller(message: v1.Caller.$Properties): Caller {
  return {
    service: message.service ?? '',
    filePath: message.filePath ?? '',
    id: functionId(message.function ?? {}),
    calls: message.calls ?? 0,
    sampledCalls: message.sampledCalls ?? 0,
  };
}

export function entryPointId(message: v1.EntryPointId.$Properties): EntryPointId {
  return { kind: message.kind ?? '', name: message.name ?? '' };
}

export function dependency(message: v1.Dependency.$Properties): Dependency {
  return {
    kind: message.kind ?? '',
    target: message.target ?? '',
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    duration: message.duration ? histogram(message.duration) : undefined,
  };
}

function errorCount(message: v1.ErrorCount.$Properties): { type: string; count: number } {
  return { type: message.type ?? '', count: message.count ?? 0 };
}

export function histogram(message: v1.DurationHistogram.$Properties): Histogram {
  const buckets = new Map<number, number>();
  const counts = message.bucketCounts ?? [];
  for (const [position, index] of (message.bucketIndexes ?? []).entries()) {
    const own = downscaleIndex(index, message.scale ?? 0);
    buckets.set(own, (buckets.get(own) ?? 0) + (counts[position] ?? 0));
  }
  return {
    buckets,
    zeroCount: message.zeroCount ?? 0,
    count: message.count ?? 0,
    sumSeconds: message.sumSeconds ?? 0,
    approximate: message.approximate ?? false,
  };
}

function drop(message: v1.Drop.$Properties): Drop {
  return { reason: message.reason ?? '', count: message.count ?? 0 };
}

export function milliseconds(
  timestamp: { seconds?: number | null; nanos?: number | null } | null | undefined,
): number | undefined {
  return timestamp ? (timestamp.seconds ?? 0) * 1000 + (timestamp.nanos ?? 0) / 1e6 : undefined;
}

export function seconds(duration: { seconds?: number | null; nanos?: number | null } | null | undefined): number {
  return (duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}
