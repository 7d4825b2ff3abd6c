import type { CallLink } from '@hindcast/core/detect/attribution';
import { unboundedGrowth, type Growth, type LevelMinute } from '@hindcast/core/detect/unboundedGrowth';
import { formatDuration } from '@hindcast/core/format';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { groupBy } from '../query/groupBy.js';
import { deploymentMessage, placeMessage, timestamp } from '../query/messages.js';
import type { Question } from '../query/question.js';
import { MINUTE_MS } from '../store/storeTime.js';
import { WARM_UP_MINUTES, type ComparedPair } from './comparePair.js';
import { calleeName, calleeReference, findingId } from './findingMessages.js';
import { suspectsOf } from './suspects.js';
import { subjectText } from './subjectKeys.js';
import { minutesOf, type MinuteRange, type SubjectTotal, type TimedMinute } from './versionFacts.js';
import type { ObservedDeployment, VersionPair } from './versionPairs.js';

import v1 = hindcast.v1;

/** The newest minutes of a version in which growth is looked for, and fewer in which it is not. */
const LOOKED_AT_MINUTES = 120;
const MIN_MINUTES = 40;
const DAY_MINUTES = 1440;
/** The part of a caller's growth that a callee has to account for. */
const ACCOUNTS_FOR = 0.5;

interface Grown {
  readonly total: SubjectTotal;
  readonly growth: Growth;
  readonly minutes: number;
}

/** Functions of the newest version that take longer, or call something more often, the longer it runs; the lowest that explain it. */
export async function growthFindings(
  { before, after }: VersionPair,
  compared: ComparedPair,
  question: Question,
): Promise<v1.Finding.$Properties[]> {
  const { functions, totals, links } = compared;
  const to = after.lastMinute + 1;
  const range = { from: Math.max(after.firstMinute + WARM_UP_MINUTES, to - LOOKED_AT_MINUTES), to };
  if (to - range.from < MIN_MINUTES) return [];
  const now = await minutesOf(after.deployment.id, range, functions.after, new Map(), question);
  const beside = await besideOf(before, range, compared, question);
  const grown = new Map<string, Grown>();
  for (const [text, total] of totals.after) {
    const growth = unboundedGrowth(levels(text, total, now), levels(text, total, beside));
    if (growth) grown.set(text, { total, growth, minutes: to - range.from });
    await question.proceed();
  }
  const rise = ({ growth }: Grown): number => growth.after - growth.before;
  const callsOf = groupBy(links, ({ caller }) => caller);
  const accountsFor = ({ caller, callee, callsPerCall }: CallLink): boolean => {
    const [cause, own] = [grown.get(callee), grown.get(caller)];
    if (!cause || !own || cause.total.key.kind !== 'function') return false;
    return callsPerCall * rise(cause) >= ACCOUNTS_FOR * rise(own);
  };
  // Where each of two explains the other, the one that grew most stays.
  const explained = (text: string, own: Grown): boolean =>
    (callsOf.get(text) ?? []).some((link) => {
      const cause = grown.get(link.callee);
      if (!cause || link.callee === text || !accountsFor(link)) return false;
      const isMutual = (callsOf.get(link.callee) ?? []).some((it) => it.callee === text && accountsFor(it));
      return !(isMutual && rise(own) >= rise(cause));
    });
  const findings: v1.Finding.$Properties[] = [];
  for (const [text, it] of grown) {
    const { key } = it.total;
    if (key.kind === 'entry' || (key.kind === 'function' && explained(text, it))) continue;
    const suspects = await suspectsOf(key.fn, compared, question);
    const service = after.deployment.key.service;
    findings.push({
      ...message(it, text, { before, after }, compared, range),
      suspects: suspects.map((suspect) => ({ ...suspect, service })),
    });
  }
  return findings;
}

/** What the version before did in the same minutes, else in those a day earlier, as if they were today's. */
async function besideOf(
  before: ObservedDeployment,
  { from, to }: MinuteRange,
  { functions }: ComparedPair,
  question: Question,
): Promise<ReadonlyMap<string, readonly TimedMinute[]>> {
  const isBeside = before.lastMinute - from >= MIN_MINUTES;
  const shift = isBeside ? 0 : DAY_MINUTES;
  if (from - shift < before.firstMinute) return new Map();
  const range = { from: from - shift, to: to - shift };
  const minutes = await minutesOf(before.deployment.id, range, functions.before, new Map(), question);
  return new Map(
    [...minutes].map(([text, all]) => [text, all.map((it) => ({ ...it, minute: it.minute + shift }))] as const),
  );
}

/** Mean seconds of a function's calls; of an edge or a dependency its calls for each call of the function. */
function levels(text: string, { key }: SubjectTotal, all: ReadonlyMap<string, readonly TimedMinute[]>): LevelMinute[] {
  const own = all.get(text) ?? [];
  if (key.kind === 'function')
    return own.flatMap(({ minute, timed, seconds }) =>
      timed > 0 ? [{ minute, calls: timed, level: seconds / timed }] : [],
    );
  if (key.kind !== 'edge' && key.kind !== 'dependency') return [];
  const made = new Map(own.map(({ minute, calls }) => [minute, calls]));
  return (all.get(subjectText({ kind: 'function', fn: key.fn })) ?? []).flatMap(({ minute, calls }) =>
    calls > 0 ? [{ minute, calls, level: (made.get(minute) ?? 0) / calls }] : [],
  );
}

function message(
  { total, growth, minutes }: Grown,
  text: string,
  { before, after }: Pick<VersionPair, 'before' | 'after'>,
  { functions, totals }: ComparedPair,
  range: MinuteRange,
): v1.Finding.$Properties {
  const { key } = total;
  const fn = key.kind === 'entry' ? undefined : functions.after.byKey.get(key.fn)?.fn;
  const name = fn?.name ?? 'it';
  const isDuration = key.kind === 'function';
  const service = after.deployment.key.service;
  const ends = [growth.before, growth.after].map((it) => (isDuration ? formatDuration(it) : it.toFixed(1)));
  const what = isDuration
    ? `${name} takes longer and longer`
    : `${name} calls ${calleeName(total, functions.after)} more and more often`;
  return {
    id: findingId([after.deployment, before.deployment], { kind: 'unbounded-growth', measure: '' }, text),
    kind: v1.FindingKind.FINDING_KIND_UNBOUNDED_GROWTH,
    state: v1.FindingState.FINDING_STATE_CONFIRMED,
    service,
    environment: after.deployment.key.environment,
    filePath: fn?.path ?? '',
    function: fn ? placeMessage(fn) : null,
    dependency: key.kind === 'dependency' ? { ...key.dependency, calls: total.calls } : null,
    callee: calleeReference(total, functions.after, service),
    before: deploymentMessage(before.deployment),
    after: deploymentMessage(after.deployment),
    beforeValue: growth.before,
    afterValue: growth.after,
    unit: isDuration ? 's' : 'calls/call',
    measure: isDuration ? 'mean' : 'calls/call',
    pValue: growth.pValue,
    method: 'shape',
    minutesAfter: minutes,
    callsAfter: totals.after.get(text)?.calls ?? 0,
    firstSeen: timestamp(range.from * MINUTE_MS),
    lastSeen: timestamp(range.to * MINUTE_MS),
    summary: `${what}: ${ends.join(' → ')} within ${minutes} minutes.`,
  };
}
