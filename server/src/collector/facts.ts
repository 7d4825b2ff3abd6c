import type { Histogram } from '@hindcast/core/histogram';

/**
 * What a collector answered, checked and in the units that we calculate with: milliseconds since 1970 for moments, seconds
 * for durations, undefined for what is unknown. Field meanings: hindcast/v1/query.proto.
 */
export interface Deployment {
  readonly service: string;
  /** Empty when not reported, as `version`, `revision` and `repositoryUrl`. */
  readonly environment: string;
  readonly version: string;
  readonly revision: string;
  readonly repositoryUrl: string;
  readonly instances: number;
  readonly firstSeenMs: number | undefined;
  readonly lastSeenMs: number | undefined;
  /** How much of the window it reported for, seconds. */
  readonly observedSeconds: number;
  readonly source: 'sensor' | 'spans' | 'unknown';
}

export interface FunctionId {
  readonly name: string;
  /** 1-based; 0 when unknown, as `column` and `endLine`. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** Empty when unknown. */
  readonly bodyHash: string;
}

export type FunctionState = 'ran' | 'never_ran' | 'not_observed';

export interface FunctionFacts {
  readonly id: FunctionId;
  readonly state: FunctionState;
  readonly calls: number;
  readonly errors: number;
  /** Most frequent first. */
  readonly errorsByType: readonly { readonly type: string; readonly count: number }[];
  /** Undefined when no call was timed. */
  readonly duration: Histogram | undefined;
  /** Most calls first. */
  readonly callers: readonly Caller[];
  readonly callersOmitted: number;
  readonly declaredSinceMs: number | undefined;
  readonly lastCalledMs: number | undefined;
  readonly notObservedReason: string;
  /** Calls that came from outside own code. */
  readonly entryCalls: number;
}

export interface Caller {
  readonly service: string;
  readonly filePath: string;
  readonly id: FunctionId;
  readonly calls: number;
  readonly sampledCalls: number;
}

export interface DeployedFile {
  readonly deployment: Deployment;
  readonly filePath: string;
  /** Git blob id; empty when unknown. */
  readonly contentHash: string;
  /** Empty when the file is observed. */
  readonly notObservedReason: string;
  readonly functions: readonly FunctionFacts[];
}

export interface ServiceSummary {
  readonly deployment: Deployment;
  readonly files: number;
  readonly filesNotObserved: number;
  readonly functions: number;
  readonly functionsRan: number;
  readonly functionsNeverRan: number;
  readonly functionsNotObserved: number;
  readonly calls: number;
  readonly errors: number;
  readonly drops: readonly Drop[];
}

export interface Drop {
  readonly reason: string;
  readonly count: number;
}

export interface CollectorStatus {
  readonly version: string;
  readonly startedAtMs: number | undefined;
  readonly receivers: readonly {
    readonly name: string;
    readonly address: string;
    readonly acceptedRequests: number;
    readonly acceptedPoints: number;
    readonly acceptedSpans: number;
    readonly acceptedEvents: number;
    readonly refused: readonly Drop[];
  }[];
  readonly store: {
    readonly kind: string;
    readonly path: string;
    readonly sizeBytes: number;
    /** Empty when healthy. */
    readonly problem: string;
    readonly oldestMs: number | undefined;
  };
}
