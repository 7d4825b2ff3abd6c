import type { Histogram } from '@hindcast/core/histogram';

/** How a deployment's data arrives. */
export type DataSource = 'sensor' | 'spans';

/** One version of one service in one environment, by one kind of data. Unknown parts are empty strings. */
export interface DeploymentKey {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly revision: string;
  readonly source: DataSource;
}

/** Where a function stands in the deployed source; line and column are 1-based, 0 when unknown. */
export interface FunctionKey {
  /** Relative to the repository root where the sender knows it; empty when the function is known by name only. */
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** A function that a file declares. */
export interface DeclaredFunction {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** 0 when unknown. */
  readonly endLine: number;
  /** First 16 hex digits of the SHA-1 of the body; empty when unknown. */
  readonly bodyHash: string;
}

/** What a deployment says about one of its files. Declaring the same again changes nothing. */
export interface FileDeclaration {
  readonly path: string;
  /** Git blob id; empty when unknown. A new one supersedes the functions of the old. */
  readonly contentHash: string;
  /** Set when the file runs without being observed. */
  readonly notObservedReason: string;
  readonly functions: readonly DeclaredFunction[];
}

/** Whole minutes since the epoch. */
export type Minute = number;

export interface FunctionRow {
  readonly minute: Minute;
  readonly fn: FunctionKey;
  readonly calls: number;
  readonly durations: Histogram;
}

/** Where an error was seen: it began here, it passed through, or nobody said. */
export type ErrorOrigin = 'unknown' | 'thrown' | 'passed';

export interface ErrorRow {
  readonly minute: Minute;
  readonly fn: FunctionKey;
  readonly type: string;
  readonly origin: ErrorOrigin;
  readonly count: number;
}

/** Who called: a function of some service, or nothing of own code (`entry`). */
export type CallerKey = { readonly service: string; readonly fn: FunctionKey } | 'entry';

export interface EdgeRow {
  readonly minute: Minute;
  readonly callee: FunctionKey;
  readonly caller: CallerKey;
  readonly calls: number;
  readonly sampledCalls: number;
}

/** What starts work in a service: a route, a procedure, a queue, a timer, a command line. */
export interface EntryPointKey {
  /** `http`, `rpc`, `queue`, `timer` or `cli`. */
  readonly kind: string;
  readonly name: string;
}

export interface EntryRow {
  readonly minute: Minute;
  readonly entryPoint: EntryPointKey;
  /** The own function that handles it; undefined when unknown. */
  readonly fn: FunctionKey | undefined;
  readonly calls: number;
  readonly durations: Histogram;
}

export interface EntryErrorRow {
  readonly minute: Minute;
  readonly entryPoint: EntryPointKey;
  readonly fn: FunctionKey | undefined;
  readonly type: string;
  readonly count: number;
}

/** Calls of a function on behalf of an entry point; undefined when nobody knows which. */
export interface FunctionEntryRow {
  readonly minute: Minute;
  readonly fn: FunctionKey;
  readonly entryPoint: EntryPointKey | undefined;
  readonly calls: number;
}

/** What a function calls that is no function: a database, a cache, a queue, a service. */
export interface DependencyKey {
  /** `http`, `rpc`, `db`, `cache` or `queue`. */
  readonly kind: string;
  /** `host:port`, or the system and what it names. */
  readonly target: string;
}

export interface DependencyRow {
  readonly minute: Minute;
  /** The calling function; undefined when unknown: then it is the deployment's. */
  readonly fn: FunctionKey | undefined;
  readonly dependency: DependencyKey;
  readonly calls: number;
  readonly durations: Histogram;
}

export interface DependencyErrorRow {
  readonly minute: Minute;
  readonly fn: FunctionKey | undefined;
  readonly dependency: DependencyKey;
  readonly type: string;
  readonly count: number;
}

/** One call through an entry point that is worth looking at. */
export interface Exemplar {
  readonly entryPoint: EntryPointKey;
  /** 32 hex digits; empty when it was not traced. */
  readonly traceId: string;
  readonly timeMs: number;
  readonly durationSeconds: number;
  /** Empty when it did not fail. */
  readonly errorType: string;
  /** From the entry point inwards. */
  readonly path: readonly ExemplarStep[];
  readonly dependencies: readonly ExemplarDependency[];
}

export interface ExemplarStep {
  readonly fn: FunctionKey;
  readonly durationSeconds: number;
  /** Absent: the exemplar's own service. */
  readonly service?: string;
  /** Since the exemplar's start; absent when unknown. */
  readonly offsetSeconds?: number;
  /** Index of the step that called it; absent: the step before it, as in a path. -1: none. */
  readonly parent?: number;
}

export interface ExemplarDependency {
  readonly dependency: DependencyKey;
  /** The calling function; absent when unknown. */
  readonly fn?: FunctionKey;
  readonly count: number;
  readonly durationSeconds: number;
}

/** Whole traces through an entry point. Rows add up. */
export interface PathRow {
  readonly minute: Minute;
  readonly entryPoint: EntryPointKey;
  readonly traces: number;
  /** Traces of which a part is missing: counted here and nowhere else. */
  readonly partialTraces: number;
  /** Sum of the end-to-end times, whole nanoseconds. */
  readonly totalNanos: number;
}

/** Whose time a stretch of a critical path is (core/src/criticalPathOwner.ts). */
export interface PathOwnerKey {
  readonly service: string;
  readonly fn: FunctionKey;
  /** The service that answered: then it is the edge to it from the function. Empty when it is none. */
  readonly calleeService: string;
  /** What was called and is no known service: then it is the call of that by the function. */
  readonly dependency: DependencyKey | undefined;
}

/** What one owner did in whole traces through an entry point. Rows add up. */
export interface PathOwnerRow {
  readonly minute: Minute;
  readonly entryPoint: EntryPointKey;
  readonly owner: PathOwnerKey;
  /** Traces in which it ran at all: the entry point's exact reach. */
  readonly traces: number;
  /** Traces whose critical path it was on. */
  readonly pathTraces: number;
  /** Its own time on the paths, and what making it faster would save at most, summed; whole nanoseconds. */
  readonly selfNanos: number;
  readonly savesAtMostNanos: number;
  /** Traces for which the saving is only a bound. */
  readonly boundTraces: number;
}

export interface DropRow {
  readonly minute: Minute;
  readonly reason: string;
  readonly count: number;
}

/** The time a deployment reported for, milliseconds since the epoch. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** What one instance of a deployment reported at one time: the unit that is stored whole or not at all. */
export interface Report {
  readonly deployment: DeploymentKey;
  /** vcs.repository.url.full; empty when unknown. */
  readonly repositoryUrl: string;
  /** service.instance.id; empty when unknown. */
  readonly instanceId: string;
  /** A report with the same instance and onceKey as a stored one is a duplicate; undefined is never one. */
  readonly onceKey: string | undefined;
  readonly covered: readonly Interval[];
  readonly declarations: readonly FileDeclaration[];
  readonly functions: readonly FunctionRow[];
  readonly errors: readonly ErrorRow[];
  readonly edges: readonly EdgeRow[];
  readonly entries: readonly EntryRow[];
  readonly entryErrors: readonly EntryErrorRow[];
  readonly functionEntries: readonly FunctionEntryRow[];
  readonly dependencies: readonly DependencyRow[];
  readonly dependencyErrors: readonly DependencyErrorRow[];
  readonly exemplars: readonly Exemplar[];
  readonly paths: readonly PathRow[];
  readonly pathOwners: readonly PathOwnerRow[];
  readonly drops: readonly DropRow[];
}

/** A report of nothing yet; spread it and fill in what there is. */
export function emptyReport(deployment: DeploymentKey, instanceId: string, repositoryUrl = ''): Report {
  return {
    deployment,
    repositoryUrl,
    instanceId,
    onceKey: undefined,
    covered: [],
    declarations: [],
    functions: [],
    errors: [],
    edges: [],
    entries: [],
    entryErrors: [],
    functionEntries: [],
    dependencies: [],
    dependencyErrors: [],
    exemplars: [],
    paths: [],
    pathOwners: [],
    drops: [],
  };
}
