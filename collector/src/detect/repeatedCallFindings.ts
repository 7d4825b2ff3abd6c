import { repeatedCalls } from '@hindcast/core/detect/repeatedCalls';
import type { CountMinute } from '@hindcast/core/detect/versionMinutes';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { deploymentMessage, placeMessage, timestamp } from '../query/messages.js';
import { MINUTE_MS } from '../store/storeTime.js';
import type { ComparedPair } from './comparePair.js';
import { calleeName, calleeReference, findingId } from './findingMessages.js';
import { subjectText } from './subjectKeys.js';
import type { MinuteRange, SubjectTotal } from './versionFacts.js';
import type { ObservedDeployment } from './versionPairs.js';

import v1 = hindcast.v1;

/** Calls of a dependency that make a function one that asks it. */
const ASKS = 0.5;

/** Functions of one version that call a dependency, or a function that does, again and again. */
export function repeatedCallFindings(
  { deployment }: ObservedDeployment,
  { functions, totals: { after }, minutes: { after: minutes } }: ComparedPair,
  range: MinuteRange,
): v1.Finding.$Properties[] {
  const callsOf = (fn: string): number => after.get(subjectText({ kind: 'function', fn }))?.calls ?? 0;
  const asking = new Set<string>();
  for (const { key, calls } of after.values())
    if (key.kind === 'dependency' && calls >= ASKS * Math.max(1, callsOf(key.fn))) asking.add(key.fn);
  return [...after].flatMap(([text, total]): v1.Finding.$Properties[] => {
    const { key } = total;
    if (key.kind !== 'dependency' && !(key.kind === 'edge' && asking.has(key.callee))) return [];
    const events = new Map((minutes.get(text) ?? []).map((it) => [it.minute, it.calls]));
    const counts = (minutes.get(subjectText({ kind: 'function', fn: key.fn })) ?? []).map(
      ({ minute, calls }): CountMinute => ({ minute, calls, events: events.get(minute) ?? 0 }),
    );
    const shape = repeatedCalls(counts);
    const fn = functions.after.byKey.get(key.fn)?.fn;
    if (!shape || !fn) return [];
    const isNPlusOne = shape.shape === 'n-plus-one';
    return [
      {
        id: findingId([deployment], { kind: shape.shape, measure: '' }, text),
        kind: isNPlusOne ? v1.FindingKind.FINDING_KIND_N_PLUS_ONE : v1.FindingKind.FINDING_KIND_CHATTY_DEPENDENCY,
        state: v1.FindingState.FINDING_STATE_CONFIRMED,
        service: deployment.key.service,
        environment: deployment.key.environment,
        filePath: fn.path,
        function: placeMessage(fn),
        dependency: dependencyOf(total),
        callee: calleeReference(total, functions.after, deployment.key.service),
        after: deploymentMessage(deployment),
        afterValue: shape.callsPerCall,
        unit: 'calls/call',
        measure: 'calls/call',
        method: 'shape',
        minutesAfter: counts.length,
        callsAfter: callsOf(key.fn),
        firstSeen: timestamp(range.from * MINUTE_MS),
        lastSeen: timestamp(range.to * MINUTE_MS),
        summary: `${fn.name} calls ${calleeName(total, functions.after)} ${shape.callsPerCall.toFixed(1)} times for each of its calls${isNPlusOne ? ', more or fewer with the data' : ''}.`,
      },
    ];
  });
}

function dependencyOf({ key, calls }: SubjectTotal): v1.Dependency.$Properties | null {
  return key.kind === 'dependency' ? { ...key.dependency, calls } : null;
}
