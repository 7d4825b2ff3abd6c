import type { Histogram } from '@hindcast/core/histogram';
import type {
  CallerKey,
  DependencyKey,
  DeploymentKey,
  EntryPointKey,
  Exemplar,
  FunctionKey,
  Minute,
  PathOwnerKey,
  Report,
} from './model.js';

/**
 * Where aggregates are kept. Every implementation passes `storeContract.ts` and `surroundingsContract.ts`. The promises:
 *
 * - `write` is all or nothing, and what it resolved for is there after the process is killed (a persistent store) and in every
 *   read that starts afterwards. It rejects with StoreUnavailableError when nothing was stored and trying again may help.
 * - A report whose (instanceId, onceKey) is stored already is skipped as a whole; the mark is stored with the data it stands for.
 * - Counts add up: the same rows in any order, in one write or in many, give the same totals.
 * - Minutes are kept for `retention.minuteHours`, hours for `retention.hourDays`; what is older is answered at the resolution of an
 *   hour, then of a day (UTC), and a window that begins there begins at the full hour or day. Nothing is answered past
 *   `retention.dayDays`.
 * - Ids are safe whole numbers above 0. They mean nothing outside the store and stay the same while it lives.
 * - Declaring a file again with the same content hash adds functions; with another hash it supersedes those that are not
 *   declared again, and they are no longer answered.
 * - Cardinality is bounded by `StoreLimits`; what is over a limit is counted in `WriteResult.overLimit` and as a drop row of the
 *   deployment with the reason `function_limit`, `file_limit`, `caller_limit`, `entry_limit`, `dependency_limit` or `path_limit`.
 * - A caller whose path a sender has shortened (`*` and the path's end) is answered as the function of its service that stands at
 *   its line and column in the one file that ends so; as it came where there is none or there are several.
 * - Of an entry point's exemplars those are kept that are among its `exemplarsOfAKind` slowest, latest to fail, or latest.
 * - What was not heard of for `retention.dayDays` is deleted: deployments with all they have, and functions of living ones that
 *   were neither called in that time nor are declared.
 * - Writes do not overlap (the caller sees to that); reads may come at any time.
 */
export interface Store {
  readonly kind: 'memory' | 'sqlite' | 'clickhouse';
  write(reports: readonly Report[], nowMs: number): Promise<WriteResult>;
  /** The files with exactly one of these paths, in any deployment. */
  findFiles(paths: readonly string[]): Promise<FileRecord[]>;
  /** Deployments seen at or after the minute, with what is known of them since; `ids` restricts, and lifts the time limit. */
  readDeployments(fromMinute: Minute, ids?: readonly number[]): Promise<DeploymentRecord[]>;
  /** Every function of these files that is not superseded, with its numbers since the minute. */
  readFunctions(fileIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]>;
  /** The same of single functions by their ids; those that are unknown or superseded are left out. */
  readFunctionsById(functionIds: readonly number[], fromMinute: Minute): Promise<FunctionRecord[]>;
  /** Every file of these deployments, also the one with the empty path that holds functions known by name only. */
  readFiles(deploymentIds: readonly number[]): Promise<FileRecord[]>;
  /** Every function of these deployments that is not superseded, with its own numbers since the minute: what to search in. */
  readFunctionTotals(deploymentIds: readonly number[], fromMinute: Minute): Promise<FunctionTotal[]>;
  /** Who called which functions of these deployments since the minute; also functions that are superseded. */
  readEdges(deploymentIds: readonly number[], fromMinute: Minute): Promise<EdgeTotal[]>;
  /** Every entry point called since the minute, in the deployments that `readDeployments` answers. */
  readEntryPoints(fromMinute: Minute): Promise<EntryPointRecord[]>;
  /** The exemplars of these deployments, of one entry point or of all, latest first. */
  readExemplars(deploymentIds: readonly number[], entryPoint?: EntryPointKey): Promise<ExemplarRecord[]>;
  /**
   * Functions' numbers over time, in pieces that begin at multiples of `widthMinutes` since the epoch; only pieces with calls
   * or errors, oldest first. What is kept at a coarser resolution stands at the beginning of its hour or day.
   * @param widthMinutes a divisor of 60, a divisor of 1440 that is a multiple of 60, or a multiple of 1440
   */
  readSeries(functionIds: readonly number[], fromMinute: Minute, widthMinutes: number): Promise<SeriesPiece[]>;
  /** The seconds for which a deployment reported, in pieces as those of `readSeries`; hours, where minutes are no longer kept. */
  readObserved(deploymentId: number, fromMinute: Minute, widthMinutes: number): Promise<ReadonlyMap<Minute, number>>;
  /**
   * Everything these deployments did from one minute up to before another, a minute of a deployment at a time, oldest first: what
   * regressions are found in. Only minutes that are kept as minutes and in which something was reported.
   */
  readMinutes(deploymentIds: readonly number[], fromMinute: Minute, toMinute: Minute): AsyncIterable<DeploymentMinute>;
  /** Critical paths through entry points of these deployments since the minute. */
  readPaths(deploymentIds: readonly number[], fromMinute: Minute): Promise<PathRecord[]>;
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
  readonly id: number;
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
  /** Where they began, by type. */
  readonly errorOrigins: ReadonlyMap<string, ErrorOrigins>;
  readonly callers: readonly CallerTotal[];
  readonly entryPoints: readonly EntryTotal[];
  readonly dependencies: readonly DependencyTotal[];
}

/** How many errors of a type began in the function, passed through it, or nobody said. */
export interface ErrorOrigins {
  readonly thrown: number;
  readonly passed: number;
  readonly unknown: number;
}

/** A function's own numbers. */
export interface FunctionTotal {
  readonly id: number;
  readonly fileId: number;
  readonly fn: FunctionKey;
  /** Undefined when it was seen but never declared. */
  readonly declaredSinceMs: number | undefined;
  readonly calls: number;
  readonly errors: number;
  readonly durations: Histogram;
}

/** Calls of a function by one caller. */
export interface EdgeTotal extends CallerTotal {
  /** Id of the function that was called. */
  readonly functionId: number;
}

export interface ExemplarRecord extends Exemplar {
  readonly deploymentId: number;
}

export interface SeriesPiece {
  readonly functionId: number;
  /** Its first minute. */
  readonly minute: Minute;
  readonly calls: number;
  readonly errors: number;
  readonly durations: Histogram;
}

/** What one deployment did in one minute. Functions are told by their ids. */
export interface DeploymentMinute {
  readonly deploymentId: number;
  readonly minute: Minute;
  readonly observedSeconds: number;
  readonly functions: readonly FunctionMinute[];
  readonly edges: readonly EdgeTotal[];
  /** Entry points by name, whichever functions handled them. */
  readonly entryPoints: readonly EntryPointMinute[];
  readonly functionEntries: readonly (EntryTotal & { readonly functionId: number })[];
  /** Of functions only: without what no known function called. */
  readonly dependencies: readonly (DependencyTotal & { readonly functionId: number })[];
}

export interface FunctionMinute {
  readonly functionId: number;
  readonly calls: number;
  readonly durations: Histogram;
  /** By type. */
  readonly errors: ReadonlyMap<string, number>;
}

export interface EntryPointMinute {
  readonly entryPoint: EntryPointKey;
  readonly calls: number;
  readonly durations: Histogram;
  readonly errors: ReadonlyMap<string, number>;
}

/** The critical paths of traces through one entry point, added up. */
export interface PathRecord {
  readonly deploymentId: number;
  readonly entryPoint: EntryPointKey;
  readonly traces: number;
  readonly partialTraces: number;
  readonly totalNanos: number;
  readonly owners: readonly PathOwnerTotal[];
}

export interface PathOwnerTotal {
  readonly owner: PathOwnerKey;
  /** Traces in which it ran, and of these those whose path it was on. */
  readonly traces: number;
  readonly pathTraces: number;
  readonly selfNanos: number;
  readonly savesAtMostNanos: number;
  readonly boundTraces: number;
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
  /** Rows that were deleted before their time since the store was opened, by what they were; absent where there is no limit. */
  readonly dropped?: ReadonlyMap<string, number>;
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
  /** Functions, edges and dependency calls on critical paths. */
  readonly pathOwners: number;
}

export const defaultStoreLimits: StoreLimits = {
  functionsPerDeployment: 200_000,
  filesPerDeployment: 50_000,
  callers: 500_000,
  deployments: 10_000,
  errorTypes: 20_000,
  entryPointsPerDeployment: 2_000,
  dependencies: 20_000,
  pathOwners: 500_000,
};

/** How long numbers are kept. */
export const retention = {
  minuteHours: 48,
  hourDays: 35,
  dayDays: 400,
  coverageMinuteDays: 35,
  onceHours: 48,
} as const;

/** How many slowest, failing and newest exemplars of an entry point are kept. */
export const exemplarsOfAKind = 20;

/** What an error type becomes once there are `StoreLimits.errorTypes` others. */
export const OTHER_ERROR_TYPE = '(other)';

/** Nothing was stored; the same write may succeed later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
