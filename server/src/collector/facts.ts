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

/** Names a function of any deployment. Empty and 0 parts do not restrict. */
export interface FunctionReference {
  readonly service?: string;
  /** As the deployment reported it, or an absolute path that ends with that. */
  readonly filePath?: string;
  readonly name?: string;
  /** In the deployed source. */
  readonly line?: number;
  readonly column?: number;
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
  /** Entry points its calls belong to, most calls first; estimated. What is left belongs to none that is known. */
  readonly entryPoints: readonly EntryShare[];
  /** What it calls that is no function, most calls first. */
  readonly dependencies: readonly Dependency[];
}

export interface EntryPointId {
  /** `http`, `rpc`, `queue`, `timer`, `cli`, or what a newer collector knows. */
  readonly kind: string;
  readonly name: string;
}

export interface EntryShare {
  readonly entryPoint: EntryPointId;
  readonly calls: number;
}

export interface Dependency {
  /** `http`, `rpc`, `db`, `cache`, `queue`, or what a newer collector knows. */
  readonly kind: string;
  readonly target: string;
  readonly calls: number;
  readonly errors: number;
  /** Undefined when no call was timed. */
  readonly duration: Histogram | undefined;
}

/** What one entry point of one deployment did. */
export interface EntryPointFacts {
  readonly deployment: Deployment;
  readonly entryPoint: EntryPointId;
  /** Of the function that handles it; undefined when unknown. */
  readonly id: FunctionId | undefined;
  readonly filePath: string;
  readonly calls: number;
  readonly errors: number;
  /** Most frequent first. */
  readonly errorsByType: readonly { readonly type: string; readonly count: number }[];
  readonly duration: Histogram | undefined;
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
  /** What its sensors gave up or lost. */
  readonly drops: readonly Drop[];
  /** Most calls first. */
  readonly dependencies: readonly Dependency[];
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
    /** Rows deleted before their time because the store may not be larger; absent in what older collectors say. */
    readonly dropped?: readonly Drop[];
  };
}
