import { hindcast } from '@hindcast/proto/generated/query.js';
import { dependency, deployment, entryPointId, functionId, milliseconds } from './decodeFacts.js';
import type { Dependency, Deployment, EntryPointId, FunctionId, FunctionReference } from './facts.js';

import v1 = hindcast.v1;

export type FindingKind =
  | 'duration'
  | 'error_rate'
  | 'new_error_type'
  | 'call_count'
  | 'dependency_count'
  | 'n_plus_one'
  | 'chatty_dependency'
  | 'masked_errors'
  | 'unbounded_growth'
  | 'unknown';

/** What got worse, or is shaped badly, with its evidence. Field meanings: hindcast/v1/query.proto. */
export interface Finding {
  readonly id: string;
  readonly kind: FindingKind;
  readonly state: 'suspected' | 'confirmed' | 'gone' | 'unknown';
  readonly service: string;
  readonly environment: string;
  readonly filePath: string;
  /** Undefined for a finding about an entry point as a whole. */
  readonly function: FunctionId | undefined;
  readonly entryPoint: EntryPointId | undefined;
  readonly dependency: Dependency | undefined;
  /** What is called more often, for findings about calls between functions. */
  readonly callee: FunctionReference | undefined;
  readonly errorType: string;
  /** Undefined for anti-patterns. */
  readonly before: Deployment | undefined;
  readonly after: Deployment | undefined;
  /** In `unit`: `s`, `1` (a rate 0..1) or `calls/call`. */
  readonly beforeValue: number;
  readonly afterValue: number;
  readonly unit: string;
  /** `p50`, `p90`, `p99`, `mean`, `error rate`, … */
  readonly measure: string;
  readonly effectLow: number;
  readonly effectHigh: number;
  readonly pValue: number;
  readonly qValue: number;
  readonly method: string;
  readonly minutesBefore: number;
  readonly minutesAfter: number;
  readonly callsBefore: number;
  readonly callsAfter: number;
  readonly firstSeenMs: number | undefined;
  readonly lastSeenMs: number | undefined;
  readonly affected: readonly FunctionReference[];
  readonly affectedEntryPoints: readonly EntryPointId[];
  readonly suspects: readonly FunctionReference[];
  readonly summary: string;
}

export interface Findings {
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** What was compared, so that "nothing found" says over what. */
  readonly comparisons: readonly {
    readonly before: Deployment;
    readonly after: Deployment;
    readonly functionsCompared: number;
    readonly functionsInsufficient: number;
    readonly method: string;
  }[];
  readonly computedAtMs: number | undefined;
}

const kinds: ReadonlyMap<v1.FindingKind, FindingKind> = new Map([
  [v1.FindingKind.FINDING_KIND_DURATION, 'duration'],
  [v1.FindingKind.FINDING_KIND_ERROR_RATE, 'error_rate'],
  [v1.FindingKind.FINDING_KIND_NEW_ERROR_TYPE, 'new_error_type'],
  [v1.FindingKind.FINDING_KIND_CALL_COUNT, 'call_count'],
  [v1.FindingKind.FINDING_KIND_DEPENDENCY_COUNT, 'dependency_count'],
  [v1.FindingKind.FINDING_KIND_N_PLUS_ONE, 'n_plus_one'],
  [v1.FindingKind.FINDING_KIND_CHATTY_DEPENDENCY, 'chatty_dependency'],
  [v1.FindingKind.FINDING_KIND_MASKED_ERRORS, 'masked_errors'],
  [v1.FindingKind.FINDING_KIND_UNBOUNDED_GROWTH, 'unbounded_growth'],
]);

const states: ReadonlyMap<number, Finding['state']> = new Map([
  [v1.FindingState.FINDING_STATE_SUSPECTED, 'suspected'],
  [v1.FindingState.FINDING_STATE_CONFIRMED, 'confirmed'],
  [v1.FindingState.FINDING_STATE_GONE, 'gone'],
]);

/** The number that stands for a kind on the wire; undefined for `unknown`. */
export function findingKindNumber(kind: FindingKind): v1.FindingKind | undefined {
  return [...kinds].find(([, own]) => own === kind)?.[0];
}

export function findings(message: v1.ListFindingsResponse.$Properties): Findings {
  return {
    findings: (message.findings ?? []).map(finding),
    comparisons: (message.comparisons ?? []).map((comparison) => ({
      before: deployment(comparison.before ?? {}),
      after: deployment(comparison.after ?? {}),
      functionsCompared: comparison.functionsCompared ?? 0,
      functionsInsufficient: comparison.functionsInsufficient ?? 0,
      method: comparison.method ?? '',
    })),
    computedAtMs: milliseconds(message.computedAt),
  };
}

function finding(message: v1.Finding.$Properties): Finding {
  return {
    id: message.id ?? '',
    kind: kinds.get(message.kind ?? v1.FindingKind.FINDING_KIND_UNSPECIFIED) ?? 'unknown',
    state: states.get(message.state ?? 0) ?? 'unknown',
    service: message.service ?? '',
    environment: message.environment ?? '',
    filePath: message.filePath ?? '',
    function: message.function ? functionId(message.function) : undefined,
    entryPoint: message.entryPoint ? entryPointId(message.entryPoint) : undefined,
    dependency: message.dependency ? dependency(message.dependency) : undefined,
    callee: message.callee ? functionReference(message.callee) : undefined,
    errorType: message.errorType ?? '',
    before: message.before ? deployment(message.before) : undefined,
    after: message.after ? deployment(message.after) : undefined,
    beforeValue: message.beforeValue ?? 0,
    afterValue: message.afterValue ?? 0,
    unit: message.unit ?? '',
    measure: message.measure ?? '',
    effectLow: message.effectLow ?? 0,
    effectHigh: message.effectHigh ?? 0,
    pValue: message.pValue ?? 0,
    qValue: message.qValue ?? 0,
    method: message.method ?? '',
    minutesBefore: message.minutesBefore ?? 0,
    minutesAfter: message.minutesAfter ?? 0,
    callsBefore: message.callsBefore ?? 0,
    callsAfter: message.callsAfter ?? 0,
    firstSeenMs: milliseconds(message.firstSeen),
    lastSeenMs: milliseconds(message.lastSeen),
    affected: (message.affected ?? []).map(functionReference),
    affectedEntryPoints: (message.affectedEntryPoints ?? []).map(entryPointId),
    suspects: (message.suspects ?? []).map(functionReference),
    summary: message.summary ?? '',
  };
}

function functionReference(message: v1.FunctionRef.$Properties): FunctionReference {
  return {
    service: message.service ?? '',
    filePath: message.filePath ?? '',
    name: message.name ?? '',
    line: message.line ?? 0,
    column: message.column ?? 0,
  };
}
