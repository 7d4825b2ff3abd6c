import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, EntryTotal, FileRecord, FunctionRecord } from '../store/store.js';
import {
  dependencyMessages,
  entryPointMessage,
  errorMessages,
  histogramMessage,
  placeMessage,
  sum,
  timestamp,
} from './messages.js';

import v1 = hindcast.v1;

/** How much an answer says of what surrounds a function. */
export interface FactLimits {
  readonly callers: number;
  readonly entryPoints: number;
  readonly dependencies: number;
}

const fullFacts: FactLimits = { callers: 50, entryPoints: 20, dependencies: 20 };
export const briefFacts: FactLimits = { callers: 3, entryPoints: 3, dependencies: 3 };

/** What the answer says of one function. @param fromMs start of the window */
export function functionFacts(
  record: FunctionRecord,
  file: FileRecord,
  deployment: DeploymentRecord,
  fromMs: number,
  limits: FactLimits = fullFacts,
): v1.FunctionFacts.$Properties {
  const { fn, endLine, bodyHash, calls, errors, durations, declaredSinceMs, lastCalledMs } = record;
  const notObservedReason = calls > 0 ? '' : whyNotObserved(record, file, deployment, fromMs);
  const callers = record.callers.filter(({ caller }) => caller !== 'entry').sort((a, b) => b.calls - a.calls);
  const entry = record.callers.find(({ caller }) => caller === 'entry');
  return {
    function: { name: fn.name, line: fn.line, column: fn.column, endLine, bodyHash },
    state:
      calls > 0
        ? v1.FunctionState.FUNCTION_STATE_RAN
        : notObservedReason === ''
          ? v1.FunctionState.FUNCTION_STATE_NEVER_RAN
          : v1.FunctionState.FUNCTION_STATE_NOT_OBSERVED,
    calls,
    errors: sum(errors.values()),
    errorsByType: errorMessages(errors),
    duration: histogramMessage(durations),
    callers: callers.slice(0, limits.callers).flatMap(({ caller, calls: callerCalls, sampledCalls }) =>
      caller === 'entry'
        ? []
        : [
            {
              service: caller.service,
              filePath: caller.fn.path,
              function: placeMessage(caller.fn),
              calls: callerCalls,
              sampledCalls,
            },
          ],
    ),
    callersOmitted: Math.max(0, callers.length - limits.callers),
    declaredSince: declaredSinceMs === undefined ? null : timestamp(declaredSinceMs),
    lastCalled: lastCalledMs === undefined ? null : timestamp(lastCalledMs),
    notObservedReason,
    entryCalls: entry?.calls ?? 0,
    entryPoints: entryShareMessages(record.entryPoints, limits.entryPoints),
    dependencies: dependencyMessages(record.dependencies, limits.dependencies),
  };
}

/** Most calls first. */
export function entryShareMessages(totals: readonly EntryTotal[], atMost: number): v1.EntryShare.$Properties[] {
  return totals
    .flatMap(({ entryPoint, calls }) => (entryPoint ? [{ entryPoint: entryPointMessage(entryPoint), calls }] : []))
    .sort((a, b) => b.calls - a.calls)
    .slice(0, atMost);
}

/** Why nobody can say whether a function without calls ran; empty when it is known that it did not. */
export function whyNotObserved(
  { declaredSinceMs }: Pick<FunctionRecord, 'declaredSinceMs'>,
  { notObservedReason }: FileRecord,
  { key, lastSeenMs }: DeploymentRecord,
  fromMs: number,
): string {
  if (notObservedReason !== '') return notObservedReason;
  if (lastSeenMs < fromMs) return 'Nothing came from this deployment within the window.';
  if (declaredSinceMs !== undefined) return '';
  return key.source === 'spans'
    ? 'No span of it came within the window; what is not traced is not known.'
    : 'It was called before, but has not been declared since.';
}
