import type { Histogram } from '@hindcast/core/histogram';
import type {
  CallerKey,
  DependencyKey,
  DeploymentKey,
  EntryPointKey,
  Exemplar,
  FunctionKey,
  Minute,
  Report,
} from './model.js';

/**
 * Where aggregates are kept. Every implementation passes `storeContract.ts` and `surroundingsContract.ts`. The promises:
 *
 * - `write` is all or nothing, and what it resolved for is there after the process is killed (a persistent store) and in every
 *   read that starts afterwards. It rejects with StoreUnavailableError when nothing was stored and trying again may help.
 * - A report whose (instanceId, onceKey) is stored already is skipped as a whole; the mark is stored with the data it stands for.
 * - Counts add up: the same rows in any order, in one write or in many, give the same totals.
 * - Minutes are kept for `Retention.minuteHours`; older ones are answered at the resolution of an hour, and a window that begins
 *   there begins at the full hour. Nothing is answered past `Retention.hourDays`.
 * - Declaring a file again with the same content hash adds functions; with another hash it supersedes those that are not
 *   declared again, and they are no longer answered.
 * - Cardinality is bounded by `StoreLimits`; what is over a limit is counted in `WriteResult.overLimit` and as a drop row of the
 *   deployment with the reason `function_limit`, `file_limit`, `caller_limit`, `entry_limit` or `dependency_limit`.
 * - A caller whose path a sender has shortened (`*` and the path's end) is answered as the function of its service that stands at
 *   its line and column in the one file that ends so; as it came where there is none or there are several.
 * - Of an entry point's exemplars those are kept that are among its `exemplarsOfAKind` slowest, latest to fail, or latest.
 * - What was not heard of for `Retention.hourDays` is deleted: deployments with all they have, and functions of living ones that
 *   were neither called in that time nor are declared.
 * - Writes do not overlap (the caller sees to that); reads may come at any time.
 */
export interface Store {
  readonly kind: 'memory' | 'sqlite';
  write(reports: readonly Report[], nowMs: number): Promise<WriteResult>;
  /** The files with exactly one of these paths, in any deployment. */
  findFiles(paths: readonly string[]): Promise<FileRecord[]>;
  /** Deployments seen at or after the minute, with what is known of them since; `ids` restricts, and lifts the time limit. */
  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<DeploymentRecord[]>;
  /** Every function of these files that is not superseded, with its numbers since the minute. */
  readFunctions(fileIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]>;
  /** Every entry point called since the minute, in the deployments that `readDeployments` answers. */
  readEntryPoints(fromMinute: Minute): Promise<EntryPointRecord[]>;
  /** The exemplars of one entry point, latest first. */
  readExemplars(deploymentId: number, entryPoint: EntryPointKey): Promise<Exemplar[]>;
  /** The totals of every deployment since the minute, by deployment id. */
  summarise(fromMinute: Minute): Promise<ReadonlyMap<number, DeploymentSummary>>;
  status(): Promise<StoreStatus>;
  /** Does a bounded piece of rollup and retention; true when there is more to do. */
  maintain(nowMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface WriteResult {
  readonly duplicates: number;
  /** Rows and declarations that were dropped because a limit was reached. */
  readonly overLimit: number;
}

export interface FileRecord {
  readonly id: number;
  readonly deploymentId: number;
  readonly path: string;
  readonly contentHash: string;
  readonly notObservedReason: string;
}

export interface DeploymentRecord {
  readonly id: number;
  readonly key: DeploymentKey;
  readonly repositoryUrl: string;
  readonly instances: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Seconds since the asked minute for which at least one instance reported. */
  readonly observedSeconds: number;
}

export interface FunctionRecord {
  readonly fileId: number;
  readonly fn: FunctionKey;
  readonly endLine: number;
  readonly bodyHash: string;
  /** Undefined when it was seen but never declared. */
  readonly declaredSinceMs: number | undefined;
  /** Start of the last minute (an hour, for what is old) in which it ran. */
  readonly lastCalledMs: number | undefined;
  readonly calls: number;
  readonly durations: Histogram;
  readonly errors: ReadonlyMap<string, number>;
  readonly callers: readonly CallerTotal[];
  readonly entryPoints: readonly EntryTotal[];
  readonly dependencies: readonly DependencyTotal[];
}

export interface EntryTotal {
  /** Undefined: nobody knows which. */
  readonly entryPoint: EntryPointKey | undefined;
  readonly calls: number;
}

export interface DependencyTotal {
  readonly dependency: DependencyKey;
  readonly calls: number;
  readonly errors: number;
  readonly durations: Histogram;
}

export interface EntryPointRecord {
  readonly deploymentId: number;
  readonly entryPoint: EntryPointKey;
  /** The one that handled most of its calls; undefined when none is known. */
  readonly fn: FunctionKey | undefined;
  readonly calls: number;
  readonly durations: Histogram;
  readonly errors: ReadonlyMap<string, number>;
}

export interface CallerTotal {
  readonly caller: CallerKey;
  readonly calls: number;
  readonly sampledCalls: number;
}

export interface DeploymentSummary {
  readonly files: number;
  readonly filesNotObserved: number;
  /** Not superseded ones, in observed files. */
  readonly functionsDeclared: number;
  /** Of the declared ones, those called. */
  readonly declaredRan: number;
  /** Known only from having been called, ever. */
  readonly functionsSeen: number;
  /** Of those, called since the minute. */
  readonly seenRan: number;
  readonly calls: number;
  readonly errors: number;
  /** Of all its functions and of none that is known. */
  readonly dependencies: readonly DependencyTotal[];
  readonly drops: ReadonlyMap<string, number>;
}

export interface StoreStatus {
  /** Empty for memory. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Empty when healthy, else one sentence: what is wrong and what to do. */
  readonly problem: string;
  /** Start of the oldest numbers. */
  readonly oldestMs: number | undefined;
}

/** Bounds on what one store holds. */
export interface StoreLimits {
  readonly functionsPerDeployment: number;
  readonly filesPerDeployment: number;
  readonly callers: number;
  readonly deployments: number;
  readonly errorTypes: number;
  readonly entryPointsPerDeployment: number;
  readonly dependencies: number;
}

export const defaultStoreLimits: StoreLimits = {
  functionsPerDeployment: 200_000,
  filesPerDeployment: 50_000,
  callers: 500_000,
  deployments: 10_000,
  errorTypes: 20_000,
  entryPointsPerDeployment: 2_000,
  dependencies: 20_000,
};

/** How long numbers are kept. */
export const retention = { minuteHours: 48, hourDays: 400, coverageMinuteDays: 35, onceHours: 48 } as const;

/** How many slowest, failing and newest exemplars of an entry point are kept. */
export const exemplarsOfAKind = 20;

/** What an error type becomes once there are `StoreLimits.errorTypes` others. */
export const OTHER_ERROR_TYPE = '(other)';

/** Nothing was stored; the same write may succeed later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
