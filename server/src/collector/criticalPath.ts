import { hindcast } from '@hindcast/proto/generated/query.js';
import { dependency, deployment, entryPointId, functionId, milliseconds, seconds } from './decodeFacts.js';
import type { Dependency, Deployment, EntryPointId, FunctionId } from './facts.js';

import v1 = hindcast.v1;

/** What a critical path is made of: whole traces, or the sensor's exemplars (estimated). */
export type Basis = 'traces' | 'exemplars' | 'unknown';

/** How an entry point's end-to-end time is made up. Field meanings: hindcast/v1/query.proto. */
export interface CriticalPath {
  readonly service: string;
  readonly environment: string;
  readonly entryPoint: EntryPointId;
  readonly basis: Basis;
  readonly traces: number;
  readonly partialTraces: number;
  readonly meanSeconds: number;
  /** Largest share first; they add up to 1. */
  readonly parts: readonly CriticalPathPart[];
  readonly examples: readonly Exemplar[];
}

export interface CriticalPathPart {
  readonly entryService: string;
  readonly entryPoint: EntryPointId | undefined;
  readonly service: string;
  readonly filePath: string;
  /** Undefined for what is no function of ours. */
  readonly id: FunctionId | undefined;
  /** Empty unless the part is the edge to that service. */
  readonly calleeService: string;
  readonly dependency: Dependency | undefined;
  /** 0..1 */
  readonly share: number;
  readonly traces: number;
  readonly meanSelfSeconds: number;
  readonly savesAtMostSeconds: number;
  readonly basis: Basis;
}

/** One call through an entry point. */
export interface Exemplar {
  readonly deployment: Deployment;
  readonly entryPoint: EntryPointId;
  /** Empty when it was not traced. */
  readonly traceId: string;
  readonly timeMs: number | undefined;
  readonly durationSeconds: number;
  /** Empty when it did not fail. */
  readonly errorType: string;
  /** From the entry point inwards. */
  readonly steps: readonly ExemplarStep[];
  readonly dependencies: readonly {
    readonly kind: string;
    readonly target: string;
    readonly calls: number;
    readonly durationSeconds: number;
  }[];
}

export interface ExemplarStep {
  /** Empty: the exemplar's own. */
  readonly service: string;
  readonly filePath: string;
  readonly id: FunctionId;
  readonly durationSeconds: number;
  /** Since the exemplar's start; undefined when unknown. */
  readonly offsetSeconds: number | undefined;
  /** Index of the step that called it; undefined: the one before it. */
  readonly parent: number | undefined;
}

const bases: ReadonlyMap<number, Basis> = new Map([
  [v1.Basis.BASIS_TRACES, 'traces'],
  [v1.Basis.BASIS_EXEMPLARS, 'exemplars'],
]);

export function criticalPath(message: v1.CriticalPath.$Properties): CriticalPath {
  return {
    service: message.service ?? '',
    environment: message.environment ?? '',
    entryPoint: entryPointId(message.entryPoint ?? {}),
    basis: bases.get(message.basis ?? 0) ?? 'unknown',
    traces: message.traces ?? 0,
    partialTraces: message.partialTraces ?? 0,
    meanSeconds: message.meanSeconds ?? 0,
    parts: (message.parts ?? []).map(criticalPathPart),
    examples: (message.examples ?? []).map(exemplar),
  };
}

export function criticalPathPart(message: v1.CriticalPathPart.$Properties): CriticalPathPart {
  return {
    entryService: message.entryService ?? '',
    entryPoint: message.entryPoint ? entryPointId(message.entryPoint) : undefined,
    service: message.service ?? '',
    filePath: message.filePath ?? '',
    id: message.function ? functionId(message.function) : undefined,
    calleeService: message.calleeService ?? '',
    dependency: message.dependency ? dependency(message.dependency) : undefined,
    share: message.share ?? 0,
    traces: message.traces ?? 0,
    meanSelfSeconds: message.meanSelfSeconds ?? 0,
    savesAtMostSeconds: message.savesAtMostSeconds ?? 0,
    basis: bases.get(message.basis ?? 0) ?? 'unknown',
  };
}

export function exemplar(message: v1.Exemplar.$Properties): Exemplar {
  return {
    deployment: deployment(message.deployment ?? {}),
    entryPoint: entryPointId(message.entryPoint ?? {}),
    traceId: message.traceId ?? '',
    timeMs: milliseconds(message.time),
    durationSeconds: seconds(message.duration),
    errorType: message.errorType ?? '',
    steps: (message.steps ?? []).map((step) => ({
      service: step.service ?? '',
      filePath: step.filePath ?? '',
      id: functionId(step.function ?? {}),
      durationSeconds: seconds(step.duration),
      offsetSeconds: step.offset ? seconds(step.offset) : undefined,
      parent: step.parent ? step.parent - 1 : undefined,
    })),
    dependencies: (message.dependencies ?? []).map((own) => ({
      kind: own.kind ?? '',
      target: own.target ?? '',
      calls: own.calls ?? 0,
      durationSeconds: seconds(own.duration),
    })),
  };
}
