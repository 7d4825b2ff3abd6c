import { hindcast } from '@hindcast/proto/generated/query.js';
import { findRegressions, type PairFindings } from '../detect/findRegressions.js';
import { versionPairs, type VersionPair } from '../detect/versionPairs.js';
import type { Minute } from '../store/model.js';
import { minuteOf } from '../store/storeTime.js';
import { isSelected, readFunctionRef } from './functionRef.js';
import { deploymentsInScope, withoutDoubles } from './deployments.js';
import { timestamp } from './messages.js';
import type { Question } from './question.js';
import { readScope } from './scope.js';

import v1 = hindcast.v1;

const DEFAULT_WINDOW_SECONDS = 86_400;
/** Pairs of versions that one question is answered about: the newest. */
const MAX_PAIRS = 50;
const MAX_CACHED = 200;
/** An answer that took longer is given for the rest of its minute, though data has come since. */
const QUICK_MS = 200;

/**
 * Answers ListFindings. What two versions told is kept until numbers change, and for a minute where it took long to find: a
 * comparison reads hours of minutes, and many ask the same.
 */
export class FindingsAnswers {
  private readonly cached = new Map<string, CachedAnswer>();

  /** @param generation grows whenever stored numbers change */
  constructor(private readonly generation: () => number) {}

  /** @throws RequestError */
  async list(
    request: v1.ListFindingsRequest.$Properties,
    question: Question,
  ): Promise<v1.ListFindingsResponse.$Properties> {
    const window = request.scope?.window ?? { seconds: DEFAULT_WINDOW_SECONDS };
    const scope = readScope({ ...request.scope, window }, question.nowMs);
    const selector = request.function ? readFunctionRef(request.function, 'function') : undefined;
    const unversioned = { ...scope, version: '' };
    const deployments = withoutDoubles(await deploymentsInScope(question, unversioned));
    const pairs = (await versionPairs(deployments, scope.fromMinute, question, MAX_PAIRS)).filter(
      ({ after }) => scope.version === '' || after.deployment.key.version === scope.version,
    );
    const answers: PairFindings[] = [];
    for (const pair of pairs) answers.push(await this.ofPair(pair, question));
    const kinds = new Set(request.kinds ?? []);
    const findings = answers
      .flatMap((it) => it.findings)
      .filter(
        (it) =>
          (kinds.size === 0 || kinds.has(it.kind ?? v1.FindingKind.FINDING_KIND_UNSPECIFIED)) &&
          (request.includeGone || it.state !== v1.FindingState.FINDING_STATE_GONE) &&
          (!selector ||
            (it.function != null &&
              isSelected(selector, it.service ?? '', {
                ...{ path: it.filePath ?? '', name: it.function.name ?? '' },
                ...{ line: it.function.line ?? 0, column: it.function.column ?? 0 },
              }))),
      )
      .sort((a, b) => worst(b) - worst(a));
    return { findings, comparisons: answers.map((it) => it.comparison), computedAt: timestamp(question.nowMs) };
  }

  private async ofPair(pair: VersionPair, question: Question): Promise<PairFindings> {
    const generation = this.generation();
    const minute = minuteOf(question.nowMs);
    const key = [pair.before, pair.after, pair.newest].map((it) => it.deployment.id).join(' ');
    const known = this.cached.get(key);
    if (known && (known.generation === generation || (known.minute === minute && known.tookMs > QUICK_MS)))
      return known.found;
    const startedMs = performance.now();
    const found = await findRegressions(pair, question);
    if (this.cached.size >= MAX_CACHED) this.cached.clear();
    this.cached.set(key, { found, generation, minute, tookMs: performance.now() - startedMs });
    return found;
  }
}

interface CachedAnswer {
  readonly found: PairFindings;
  readonly generation: number;
  readonly minute: Minute;
  readonly tookMs: number;
}

/** Confirmed ones first, regressions before shapes, then those that moved farthest. */
function worst({ state, method, beforeValue, afterValue }: v1.Finding.$Properties): number {
  const before = beforeValue ?? 0;
  const after = afterValue ?? 0;
  const moved = before > 0 ? Math.min(99, after / before) : 99;
  return (state === v1.FindingState.FINDING_STATE_CONFIRMED ? 1000 : 0) + (method === 'shape' ? 0 : 500) + moved;
}
