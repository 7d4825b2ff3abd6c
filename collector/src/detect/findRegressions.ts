import { hindcast } from '@hindcast/proto/generated/query.js';
import type { Regression } from '@hindcast/core/detect/compareVersions';
import { deploymentMessage } from '../query/messages.js';
import type { Question } from '../query/question.js';
import { isReporting } from '../query/versions.js';
import { minuteOf } from '../store/storeTime.js';
import { comparePair, COMPARED_MINUTES, WARM_UP_MINUTES, type ComparedPair } from './comparePair.js';
import { findingMessage } from './findingMessages.js';
import { growthFindings } from './growthFindings.js';
import { maskedErrorFindings } from './maskedErrorFindings.js';
import { repeatedCallFindings } from './repeatedCallFindings.js';
import { suspectsOf } from './suspects.js';
import type { VersionPair } from './versionPairs.js';

import v1 = hindcast.v1;

/** What two versions told. */
export interface PairFindings {
  readonly findings: readonly v1.Finding.$Properties[];
  readonly comparison: v1.Comparison.$Properties;
}

/** The newest minutes in which a regression has to show still, once the version is older than what was compared. */
const RECENT_MINUTES = 20;
const MAX_FINDINGS = 200;

/** Everything that got worse from one version to the next, the worst first. */
export async function findRegressions(pair: VersionPair, question: Question): Promise<PairFindings> {
  const { before, after, newest } = pair;
  const from = after.firstMinute + WARM_UP_MINUTES;
  const range = { from, to: Math.min(from + COMPARED_MINUTES, after.lastMinute + 1) };
  const compared = await comparePair(before, after.deployment, range, question);
  const still = compared.lowest.length > 0 ? await stillThere(pair, range.to, question) : undefined;
  const findings: v1.Finding.$Properties[] = [];
  for (const attributed of compared.lowest.slice(0, MAX_FINDINGS)) {
    const { regression } = attributed;
    const state =
      still && !still(regression)
        ? v1.FindingState.FINDING_STATE_GONE
        : regression.isConfirmed
          ? v1.FindingState.FINDING_STATE_CONFIRMED
          : v1.FindingState.FINDING_STATE_SUSPECTED;
    const message = findingMessage(attributed, compared, pair, range, state);
    const key = compared.totals.after.get(regression.key.replace(/^#/, ''))?.key;
    const service = after.deployment.key.service;
    const suspects = key && key.kind !== 'entry' ? await suspectsOf(key.fn, compared, question) : [];
    findings.push({ ...message, suspects: suspects.map((it) => ({ ...it, service })) });
    await question.proceed();
  }
  if (newest === after) {
    findings.push(...repeatedCallFindings(after, compared, range), ...maskedErrorFindings(pair, compared, range));
    findings.push(...(await growthFindings(pair, compared, question)));
  }
  const comparison = {
    before: deploymentMessage(before.deployment),
    after: deploymentMessage(after.deployment),
    functionsCompared: [...compared.comparison.compared].filter((key) => key.startsWith('f')).length,
    functionsInsufficient: compared.insufficient,
    method: compared.method,
  };
  return { findings, comparison };
}

/**
 * Whether a regression shows in what runs now: the newest version's last minutes against the same baseline. Undefined while that is what
 * was compared. Where there are too few calls to say, it is still there.
 */
async function stillThere(
  { before, after, newest }: VersionPair,
  comparedTo: number,
  question: Question,
): Promise<((regression: Regression) => boolean) | undefined> {
  const to = newest.lastMinute + 1;
  if (newest === after && to - comparedTo < RECENT_MINUTES) {
    // A version that was taken back is gone with all it did.
    const isTakenBack =
      !isReporting(after.deployment, question.nowMs) && before.lastMinute > after.lastMinute + RECENT_MINUTES;
    return isTakenBack ? () => false : undefined;
  }
  const from = Math.max(newest.firstMinute + WARM_UP_MINUTES, to - RECENT_MINUTES);
  if (to - from < RECENT_MINUTES / 2 || to > minuteOf(question.nowMs) + 1) return undefined;
  const recent: ComparedPair = await comparePair(before, newest.deployment, { from, to }, question);
  const there = new Set(recent.comparison.regressions.map(({ kind, key }) => `${kind}\0${key}`));
  return ({ kind, key }) => {
    const text = key.replace(/^#/, '');
    const calls = recent.totals.after.get(text)?.calls ?? 0;
    return there.has(`${kind}\0${key}`) || (kind !== 'count' && calls > 0 && !recent.comparison.compared.has(key));
  };
}
