import { quantile, type Histogram } from '@hindcast/core/histogram';
import { errorRate, perMinute } from '@hindcast/core/rates';
import type { Dependency, Deployment, FunctionFacts, FunctionState } from '../collector/facts.js';
import type { FileFacts, FunctionInFile, FunctionInService } from '../match/fileFacts.js';
import type { FunctionMatch } from '../match/matchFunctions.js';

/** A file with its runtime facts: what `hindcast annotate --json` prints. Unknown numbers are null, never zero. */
export interface FileAnnotation {
  /** As it was asked for. */
  readonly file: string;
  /** ISO-8601 duration, back from now. */
  readonly window: string;
  /** In the order of the text; each function once for each service that runs the file. */
  readonly functions: readonly FunctionAnnotation[];
  readonly path: string;
  readonly state: FileFacts['state'];
  /** One sentence about the whole file. */
  readonly message: string;
  /** Functions that the newest deployment has and this text has not. */
  readonly gone: readonly {
    readonly service: string;
    readonly name: string;
    readonly line: number;
    readonly calls: number;
  }[];
}

export interface FunctionAnnotation extends Numbers {
  readonly name: string;
  /** 1-based line in the text as it is now. */
  readonly line: number;
  readonly state: FunctionState;
  readonly service: string | null;
  readonly version: string | null;
  readonly revision: string | null;
  readonly callers: readonly CallerAnnotation[];
  readonly callersOmitted: number;
  /** Calls from outside own code: the event loop, a framework, a timer. */
  readonly entryCalls: number | null;
  readonly column: number;
  readonly environment: string | null;
  readonly errorsByType: readonly { readonly type: string; readonly count: number }[];
  readonly match: FunctionMatch | null;
  readonly notObservedReason: string | null;
  /** How much of the window the deployment reported for. */
  readonly observedSeconds: number | null;
  readonly instances: number | null;
  /** ISO-8601 moments. */
  readonly declaredSince: string | null;
  readonly lastCalled: string | null;
  /** Entry points its calls belong to, most calls first; estimated. */
  readonly entryPoints: readonly EntryPointAnnotation[];
  /** Databases, caches, queues and services that it calls itself, most calls first. */
  readonly dependencies: readonly DependencyAnnotation[];
  /** The same function in the service's other versions and environments, newest first. */
  readonly otherVersions: readonly (Numbers & {
    readonly version: string | null;
    readonly revision: string | null;
    readonly environment: string | null;
  })[];
}

export interface Numbers {
  readonly calls: number | null;
  readonly callsPerMinute: number | null;
  readonly errors: number | null;
  /** 0..1 */
  readonly errorRate: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Calls that were timed. */
  readonly durationSamples: number | null;
}

export interface EntryPointAnnotation {
  /** `http`, `rpc`, `queue`, `timer` or `cli`. */
  readonly kind: string;
  readonly name: string;
  readonly calls: number;
  /** Of the function's calls, 0..1. */
  readonly share: number;
}

export interface DependencyAnnotation {
  /** `http`, `rpc`, `db`, `cache` or `queue`. */
  readonly kind: string;
  readonly target: string;
  readonly calls: number;
  /** Null when the function's own calls are not known. */
  readonly callsPerCall: number | null;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface CallerAnnotation {
  /** Of the caller: another one than the function's when the call came from there. */
  readonly service: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly calls: number;
}

/** Every function of a file with what its services say about it. */
export function annotateFile(
  file: { readonly file: string; readonly path: string; readonly window: string },
  facts: FileFacts,
): FileAnnotation {
  return {
    file: file.file,
    window: file.window,
    functions: facts.functions.flatMap((own) =>
      own.services.length === 0 ? [unknownFunction(own, facts)] : own.services.map((view) => inService(own, view)),
    ),
    path: file.path,
    state: facts.state,
    message: facts.message,
    gone: facts.services.flatMap(({ service, match }) =>
      match.gone.map(({ id, calls }) => ({ service, name: id.name, line: id.line, calls })),
    ),
  };
}

const noNumbers: Numbers = {
  calls: null,
  callsPerMinute: null,
  errors: null,
  errorRate: null,
  p50Ms: null,
  p99Ms: null,
  durationSamples: null,
};

/** The numbers of one function in one deployment. */
export function numbersOf(facts: FunctionFacts | undefined, { observedSeconds }: Deployment): Numbers {
  if (!facts || facts.state === 'not_observed') return noNumbers;
  const { calls, errors, duration } = facts;
  return {
    calls,
    callsPerMinute: observedSeconds > 0 ? significant(perMinute(calls, observedSeconds)) : null,
    errors,
    errorRate: calls > 0 ? significant(errorRate(errors, calls)) : null,
    p50Ms: quantileMs(duration, 0.5),
    p99Ms: quantileMs(duration, 0.99),
    durationSamples: duration?.count ?? 0,
  };
}

function quantileMs(duration: Histogram | undefined, q: number): number | null {
  const seconds = duration ? quantile(duration, q) : undefined;
  return seconds === undefined ? null : significant(seconds * 1000);
}

function dependencyAnnotation(
  { kind, target, calls, errors, duration }: Dependency,
  functionCalls: number,
): DependencyAnnotation {
  return {
    kind,
    target,
    calls,
    callsPerCall: functionCalls > 0 ? significant(calls / functionCalls) : null,
    errors,
    p50Ms: quantileMs(duration, 0.5),
    p99Ms: quantileMs(duration, 0.99),
  };
}

function inService({ source }: FunctionInFile, view: FunctionInService): FunctionAnnotation {
  const { facts, deployment, match } = view;
  const numbers = numbersOf(facts, deployment);
  return {
    name: source.name,
    line: source.line,
    state: facts?.state ?? 'not_observed',
    service: view.service,
    version: orNull(deployment.version),
    revision: orNull(deployment.revision),
    ...numbers,
    callers: (facts?.callers ?? []).map(({ service, id, filePath, calls }) => ({
      service,
      name: id.name,
      file: filePath,
      line: id.line,
      calls,
    })),
    callersOmitted: facts?.callersOmitted ?? 0,
    entryCalls: numbers.calls === null ? null : (facts?.entryCalls ?? null),
    column: source.column,
    environment: orNull(deployment.environment),
    errorsByType: facts?.errorsByType ?? [],
    match: match ?? null,
    notObservedReason: orNull(view.notObservedReason),
    observedSeconds: deployment.observedSeconds,
    instances: deployment.instances,
    declaredSince: moment(facts?.declaredSinceMs),
    lastCalled: moment(facts?.lastCalledMs),
    entryPoints: (facts?.entryPoints ?? []).map(({ entryPoint, calls }) => ({
      ...entryPoint,
      calls,
      share: significant(Math.min(1, calls / Math.max(1, facts?.calls ?? 0))),
    })),
    dependencies: (facts?.dependencies ?? []).map((it) => dependencyAnnotation(it, facts?.calls ?? 0)),
    otherVersions: view.others.map((other) => ({
      version: orNull(other.deployment.version),
      revision: orNull(other.deployment.revision),
      environment: orNull(other.deployment.environment),
      ...numbersOf(other.facts, other.deployment),
    })),
  };
}

function unknownFunction({ source }: FunctionInFile, { message }: FileFacts): FunctionAnnotation {
  return {
    name: source.name,
    line: source.line,
    state: 'not_observed',
    service: null,
    version: null,
    revision: null,
    ...noNumbers,
    callers: [],
    callersOmitted: 0,
    entryCalls: null,
    column: source.column,
    environment: null,
    errorsByType: [],
    match: null,
    notObservedReason: message,
    observedSeconds: null,
    instances: null,
    declaredSince: null,
    lastCalled: null,
    entryPoints: [],
    dependencies: [],
    otherVersions: [],
  };
}

/** Six significant digits: more would be noise. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function moment(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
