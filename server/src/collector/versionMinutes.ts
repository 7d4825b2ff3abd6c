import type { Histogram } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { deployment, functionId, histogram, milliseconds } from './decodeFacts.js';
import type { Deployment, EntryPointId, FunctionId, FunctionReference } from './facts.js';

import v1 = hindcast.v1;

/** One version of a service; empty parts do not restrict. */
export interface VersionReference {
  readonly version?: string | undefined;
  readonly revision?: string | undefined;
}

/** What to read minute by minute: a function or an entry point, or what a function calls. */
export interface VersionMinutesQuestion {
  /** The one that began last when absent. */
  readonly candidate?: VersionReference | undefined;
  readonly baselines: readonly VersionReference[];
  readonly function?: FunctionReference | undefined;
  readonly entryPoint?: EntryPointId | undefined;
  readonly callee?: FunctionReference | undefined;
  readonly dependency?: { readonly kind: string; readonly target: string } | undefined;
  /** 60 when absent. */
  readonly maxMinutes?: number | undefined;
}

export interface VersionMinute {
  readonly startMs: number;
  readonly calls: number;
  /** By type, over calls that failed. */
  readonly errors: ReadonlyMap<string, number>;
  /** Undefined when no call was timed. */
  readonly duration: Histogram | undefined;
  /** Calls of the function that calls the callee or the dependency; 0 without one. */
  readonly callerCalls: number;
}

/** Field meanings: hindcast/v1/query.proto. */
export interface VersionMinutes {
  readonly deployment: Deployment;
  readonly minutes: readonly VersionMinute[];
  readonly function: FunctionId | undefined;
}

export interface VersionsMinutes {
  readonly candidate: VersionMinutes | undefined;
  readonly baselines: readonly VersionMinutes[];
}

export function versionsMinutes(message: v1.GetVersionMinutesResponse.$Properties): VersionsMinutes {
  return {
    candidate: message.candidate ? versionMinutes(message.candidate) : undefined,
    baselines: (message.baselines ?? []).map(versionMinutes),
  };
}

function versionMinutes(message: v1.VersionMinutes.$Properties): VersionMinutes {
  return {
    deployment: deployment(message.deployment ?? {}),
    function: message.function ? functionId(message.function) : undefined,
    minutes: (message.minutes ?? []).map(({ start, calls, errorsByType, duration, callerCalls }) => ({
      startMs: milliseconds(start) ?? 0,
      calls: calls ?? 0,
      errors: new Map((errorsByType ?? []).map(({ type, count }) => [type ?? '', count ?? 0])),
      duration: duration ? histogram(duration) : undefined,
      callerCalls: callerCalls ?? 0,
    })),
  };
}
