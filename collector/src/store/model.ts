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
    drops: [],
  };
}
