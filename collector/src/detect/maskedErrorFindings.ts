import { maskedErrors, type AskedMinute } from '@hindcast/core/detect/maskedErrors';
import { formatShare } from '@hindcast/core/format';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { deploymentMessage, placeMessage, sum, timestamp } from '../query/messages.js';
import { MINUTE_MS } from '../store/storeTime.js';
import type { ComparedPair } from './comparePair.js';
import { calleeName, calleeReference, findingId } from './findingMessages.js';
import { subjectText } from './subjectKeys.js';
import type { MinuteRange, SubjectTotal, TimedMinute } from './versionFacts.js';
import type { VersionPair } from './versionPairs.js';

import v1 = hindcast.v1;

/** How often an own function fails for one caller is known where that one makes almost all of its calls. */
const ALMOST_ALL = 0.9;

/** Functions of a version that keep to themselves that what they ask fails, and did not in the version before. */
export function maskedErrorFindings(
  { before, after }: VersionPair,
  { functions, totals, minutes }: ComparedPair,
  range: MinuteRange,
): v1.Finding.$Properties[] {
  return [...totals.after].flatMap(([text, total]): v1.Finding.$Properties[] => {
    const { key } = total;
    const asked = askedText(text, total, totals.after);
    if (asked === undefined || (key.kind !== 'dependency' && key.kind !== 'edge')) return [];
    const caller = subjectText({ kind: 'function', fn: key.fn });
    const of = (all: ComparedPair['minutes']['before']): AskedMinute[] => askedMinutes(all.get(caller), all.get(asked));
    const now = of(minutes.after);
    const masked = maskedErrors(of(minutes.before), now);
    const fn = functions.after.byKey.get(key.fn)?.fn;
    if (!masked || !fn) return [];
    const callee = calleeName(total, functions.after);
    return [
      {
        id: findingId([after.deployment, before.deployment], { kind: 'masked-errors', measure: '' }, text),
        kind: v1.FindingKind.FINDING_KIND_MASKED_ERRORS,
        state: masked.isConfirmed ? v1.FindingState.FINDING_STATE_CONFIRMED : v1.FindingState.FINDING_STATE_SUSPECTED,
        service: after.deployment.key.service,
        environment: after.deployment.key.environment,
        filePath: fn.path,
        function: placeMessage(fn),
        dependency:
          key.kind === 'dependency'
            ? { ...key.dependency, calls: total.calls, errors: sum(total.errors.values()) }
            : null,
        callee: calleeReference(total, functions.after, after.deployment.key.service),
        before: deploymentMessage(before.deployment),
        after: deploymentMessage(after.deployment),
        beforeValue: masked.passedOnBefore,
        afterValue: masked.passedOn,
        unit: '1',
        measure: 'errors passed on',
        method: 'shape',
        minutesBefore: minutes.before.get(caller)?.length ?? 0,
        minutesAfter: now.length,
        callsBefore: totals.before.get(caller)?.calls ?? 0,
        callsAfter: totals.after.get(caller)?.calls ?? 0,
        firstSeen: timestamp(range.from * MINUTE_MS),
        lastSeen: timestamp(range.to * MINUTE_MS),
        summary: `${callee} fails in ${formatShare(masked.failedShare)} of the calls by ${fn.name}, which passes at most ${formatShare(masked.passedOn)} of that on.`,
      },
    ];
  });
}

/** The subject whose failures are those of what is asked; undefined where they are not known. */
function askedText(
  text: string,
  { key, calls }: SubjectTotal,
  after: ReadonlyMap<string, SubjectTotal>,
): string | undefined {
  if (key.kind === 'dependency') return text;
  if (key.kind !== 'edge' || key.callee === key.fn) return undefined;
  const callee = subjectText({ kind: 'function', fn: key.callee });
  return calls >= ALMOST_ALL * (after.get(callee)?.calls ?? Infinity) ? callee : undefined;
}

function askedMinutes(caller: readonly TimedMinute[] = [], asked: readonly TimedMinute[] = []): AskedMinute[] {
  const byMinute = new Map(asked.map((it) => [it.minute, it]));
  return caller.map(({ minute, calls, errors }) => {
    const at = byMinute.get(minute);
    return { minute, calls, errors, asked: at?.calls ?? 0, failed: at?.errors ?? 0 };
  });
}
