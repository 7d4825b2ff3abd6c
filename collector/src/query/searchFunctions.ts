import { quantile } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, FileRecord, FunctionTotal } from '../store/store.js';
import { deploymentsInScope, newestOnly, withoutDoubles } from './deployments.js';
import { briefFacts, functionFacts, whyNotObserved } from './functionFacts.js';
import { deploymentMessage, timestamp } from './messages.js';
import { readPageSize, readPageToken, writePageToken } from './pageToken.js';
import { hasPathPrefix } from './pathMatch.js';
import type { Question } from './question.js';
import { readScope, type QueryScope } from './scope.js';
import { compare } from './services.js';

import v1 = hindcast.v1;

/** Fewer timed calls say nothing of a 99th percentile. */
const MINIMUM_TIMED = 20;
const AT_A_TIME = 500;

interface Candidate {
  readonly total: FunctionTotal;
  readonly file: FileRecord;
  readonly deployment: DeploymentRecord;
}

/** Answers SearchFunctions. @throws RequestError */
export async function searchFunctions(
  request: v1.SearchFunctionsRequest,
  question: Question,
): Promise<v1.SearchFunctionsResponse.$Properties> {
  const { store, nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  const pageSize = readPageSize(request.pageSize, 50, 500);
  const { ranking, text, pathPrefix, entryPoint, minimumCalls } = request;
  const asked = [
    'search',
    scope.service,
    scope.environment,
    scope.version,
    ranking,
    text,
    pathPrefix,
    entryPoint,
    minimumCalls,
  ];
  const { offset } = readPageToken(request.pageToken, asked);
  const candidates = (await candidatesIn(question, scope, ranking)).filter(isAskedFor(request, scope));
  const ranked = rank(candidates, ranking);
  const found = entryPoint ? await onBehalfOf(entryPoint, ranked, question, scope) : ranked;
  const page = found.slice(offset, offset + pageSize);
  const records = new Map(
    (
      await store.readFunctionsById(
        page.map(({ total }) => total.id),
        scope.fromMinute,
      )
    ).map((it) => [it.id, it]),
  );
  return {
    functions: page.flatMap(({ total, file, deployment }) => {
      const record = records.get(total.id);
      return record
        ? [
            {
              deployment: deploymentMessage(deployment),
              filePath: file.path,
              contentHash: file.contentHash,
              facts: functionFacts(record, file, deployment, scope.fromMs, briefFacts),
            },
          ]
        : [];
    }),
    nextPageToken: offset + pageSize < found.length ? writePageToken({ offset: offset + pageSize }, asked) : '',
    total: found.length,
    computedAt: timestamp(nowMs),
  };
}

async function candidatesIn(question: Question, scope: QueryScope, ranking: v1.Ranking): Promise<Candidate[]> {
  const { store, nowMs } = question;
  const inScope = await deploymentsInScope(question, scope);
  // Of older versions it says nothing that a function did not run.
  const isIdle = ranking === v1.Ranking.RANKING_NEVER_RAN && scope.version === '';
  const chosen = isIdle ? newestOnly(inScope, nowMs) : withoutDoubles(inScope);
  const deployments = new Map(chosen.map((it) => [it.id, it]));
  const files = new Map((await store.readFiles([...deployments.keys()])).map((it) => [it.id, it]));
  await question.proceed();
  const totals = await store.readFunctionTotals([...deployments.keys()], scope.fromMinute);
  await question.proceed();
  return totals.flatMap((total) => {
    const file = files.get(total.fileId);
    const deployment = file && deployments.get(file.deploymentId);
    return deployment ? [{ total, file, deployment }] : [];
  });
}

function isAskedFor({ ranking, text, pathPrefix, minimumCalls }: v1.SearchFunctionsRequest, { fromMs }: QueryScope) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isIdleRanking = ranking === v1.Ranking.RANKING_NEVER_RAN;
  return ({ total, file, deployment }: Candidate): boolean => {
    if (isIdleRanking) {
      if (total.calls > 0 || whyNotObserved(total, file, deployment, fromMs) !== '') return false;
    } else if (total.calls === 0 || total.calls < minimumCalls) return false;
    if (ranking === v1.Ranking.RANKING_FAILING && total.errors === 0) return false;
    if (!hasPathPrefix(file.path, pathPrefix)) return false;
    if (words.length === 0) return true;
    const searched = `${deployment.key.service}\n${file.path}\n${total.fn.name}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  };
}

/** Ties by place, so that pages follow one another. */
function rank(candidates: readonly Candidate[], ranking: v1.Ranking): Candidate[] {
  const valueOf = rankingValue(ranking);
  return candidates
    .map((it) => ({ it, value: valueOf(it.total) }))
    .sort(
      (a, b) =>
        b.value - a.value ||
        b.it.total.calls - a.it.total.calls ||
        compare(a.it.file.path, b.it.file.path) ||
        a.it.total.fn.line - b.it.total.fn.line ||
        a.it.total.id - b.it.total.id,
    )
    .map(({ it }) => it);
}

function rankingValue(ranking: v1.Ranking): (total: FunctionTotal) => number {
  switch (ranking) {
    case v1.Ranking.RANKING_SLOW:
      return ({ durations }) => (durations.count < MINIMUM_TIMED ? -1 : (quantile(durations, 0.99) ?? 0));
    case v1.Ranking.RANKING_TIME:
      return ({ calls, durations: { count, sumSeconds } }) => (count === 0 ? 0 : (calls * sumSeconds) / count);
    case v1.Ranking.RANKING_FAILING:
      return ({ errors }) => errors;
    case v1.Ranking.RANKING_NEVER_RAN:
      return ({ declaredSinceMs = 0 }) => -declaredSinceMs;
    default:
      return ({ calls }) => calls;
  }
}

async function onBehalfOf(
  { kind, name }: v1.EntryPointId.$Properties,
  candidates: readonly Candidate[],
  question: Question,
  { fromMinute }: QueryScope,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (let i = 0; i < candidates.length; i += AT_A_TIME) {
    const some = candidates.slice(i, i + AT_A_TIME);
    const records = await question.store.readFunctionsById(
      some.map(({ total }) => total.id),
      fromMinute,
    );
    const ids = new Set(
      records
        .filter(({ entryPoints }) =>
          entryPoints.some(
            (it) => it.calls > 0 && it.entryPoint?.name === name && (!kind || it.entryPoint?.kind === kind),
          ),
        )
        .map(({ id }) => id),
    );
    found.push(...some.filter(({ total }) => ids.has(total.id)));
    await question.proceed();
  }
  return found;
}
