import type { Histogram } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { criticalPathPart, exemplar, type CriticalPathPart, type Exemplar } from './criticalPath.js';
import { caller, deployment, functionFacts, histogram, milliseconds, seconds } from './decodeFacts.js';
import type { Caller, Deployment, FunctionFacts } from './facts.js';

import v1 = hindcast.v1;

/** One function of one deployment with everything around it. Field meanings: hindcast/v1/query.proto. */
export interface FunctionDetail {
  readonly deployment: Deployment;
  readonly filePath: string;
  /** Empty when unknown. */
  readonly contentHash: string;
  readonly facts: FunctionFacts;
  /** Oldest first, without gaps. */
  readonly series: readonly SeriesPoint[];
  /** Most calls first. */
  readonly callees: readonly Callee[];
  readonly calleesOmitted: number;
  /** Largest share first. */
  readonly criticalPaths: readonly CriticalPathPart[];
  /** Slowest first. */
  readonly exemplars: readonly Exemplar[];
  readonly errorOrigins: readonly ErrorOrigins[];
}

export interface SeriesPoint {
  readonly startMs: number;
  readonly widthSeconds: number;
  readonly calls: number;
  readonly errors: number;
  /** Undefined when no call was timed. */
  readonly duration: Histogram | undefined;
  /** 0 calls in 0 observed seconds are no zero. */
  readonly observedSeconds: number;
}

/** A function that is called; the same fields as of one that calls. */
export type Callee = Caller;

/** Where the errors of one type began. */
export interface ErrorOrigins {
  readonly type: string;
  /** In this function's own body. */
  readonly thrown: number;
  /** Further in. */
  readonly passed: number;
  readonly unknown: number;
}

export interface FunctionDetails {
  readonly functions: readonly FunctionDetail[];
  /** Functions that fit beyond the limit. */
  readonly omitted: number;
  readonly computedAtMs: number | undefined;
}

/** A function as a search finds it: its first callers, entry points and dependencies only. */
export interface FoundFunction {
  readonly deployment: Deployment;
  readonly filePath: string;
  readonly contentHash: string;
  readonly facts: FunctionFacts;
}

export interface FoundFunctions {
  readonly functions: readonly FoundFunction[];
  /** Empty at the end. */
  readonly nextPageToken: string;
  readonly total: number;
  readonly computedAtMs: number | undefined;
}

export function functionDetails(message: v1.GetFunctionResponse.$Properties): FunctionDetails {
  return {
    functions: (message.functions ?? []).map(functionDetail),
    omitted: message.omitted ?? 0,
    computedAtMs: milliseconds(message.computedAt),
  };
}

export function foundFunctions(message: v1.SearchFunctionsResponse.$Properties): FoundFunctions {
  return {
    functions: (message.functions ?? []).map((found) => ({
      deployment: deployment(found.deployment ?? {}),
      filePath: found.filePath ?? '',
      contentHash: found.contentHash ?? '',
      facts: functionFacts(found.facts ?? {}),
    })),
    nextPageToken: message.nextPageToken ?? '',
    total: message.total ?? 0,
    computedAtMs: milliseconds(message.computedAt),
  };
}

function functionDetail(message: v1.FunctionDetail.$Properties): FunctionDetail {
  return {
    deployment: deployment(message.deployment ?? {}),
    filePath: message.filePath ?? '',
    contentHash: message.contentHash ?? '',
    facts: functionFacts(message.facts ?? {}),
    series: (message.series ?? []).map((point) => ({
      startMs: milliseconds(point.start) ?? 0,
      widthSeconds: seconds(point.width),
      calls: point.calls ?? 0,
      errors: point.errors ?? 0,
      duration: point.duration ? histogram(point.duration) : undefined,
      observedSeconds: seconds(point.observed),
    })),
    callees: (message.callees ?? []).map(caller),
    calleesOmitted: message.calleesOmitted ?? 0,
    criticalPaths: (message.criticalPaths ?? []).map(criticalPathPart),
    exemplars: (message.exemplars ?? []).map(exemplar),
    errorOrigins: (message.errorOrigins ?? []).map((origin) => ({
      type: origin.type ?? '',
      thrown: origin.thrown ?? 0,
      passed: origin.passed ?? 0,
      unknown: origin.unknown ?? 0,
    })),
  };
}
