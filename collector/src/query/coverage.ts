import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, FileRecord, FunctionTotal } from '../store/store.js';
import { deploymentsInScope, newestOnly } from './deployments.js';
import { whyNotObserved } from './functionFacts.js';
import { groupBy } from './groupBy.js';
import { deploymentMessage } from './messages.js';
import { readPageSize, readPageToken, writePageToken } from './pageToken.js';
import { hasPathPrefix } from './pathMatch.js';
import type { Question } from './question.js';
import { readScope } from './scope.js';
import { compare } from './services.js';

import v1 = hindcast.v1;

/** Answers GetCoverage. @throws RequestError */
export async function getCoverage(
  request: v1.GetCoverageRequest,
  question: Question,
): Promise<v1.GetCoverageResponse.$Properties> {
  const { store, nowMs } = question;
  const { pathPrefix } = request;
  const scope = readScope(request.scope, nowMs);
  const pageSize = readPageSize(request.pageSize, 200, 2000);
  const asked = ['coverage', scope.service, scope.environment, scope.version, pathPrefix];
  const { offset } = readPageToken(request.pageToken, asked);
  const inScope = await deploymentsInScope(question, scope);
  const deployments = new Map(
    (scope.version === '' ? newestOnly(inScope, nowMs) : inScope).map((it) => [it.id, it] as const),
  );
  const files = (await store.readFiles([...deployments.keys()])).filter(
    ({ path }) => path !== '' && hasPathPrefix(path, pathPrefix),
  );
  await question.proceed();
  const functions = groupBy(
    await store.readFunctionTotals([...deployments.keys()], scope.fromMinute),
    (it) => it.fileId,
  );
  await question.proceed();
  const covered = files
    .flatMap((file) => {
      const deployment = deployments.get(file.deploymentId);
      return deployment ? [{ file, deployment }] : [];
    })
    .sort((a, b) => compare(a.deployment.key.service, b.deployment.key.service) || compare(a.file.path, b.file.path))
    .map(({ file, deployment }) => coveredFile(file, deployment, functions.get(file.id) ?? [], scope.fromMs));
  const total = (field: 'functionsRan' | 'functionsNeverRan' | 'functionsNotObserved'): number =>
    covered.reduce((all, file) => all + file[field], 0);
  return {
    files: covered.slice(offset, offset + pageSize),
    nextPageToken: offset + pageSize < covered.length ? writePageToken({ offset: offset + pageSize }, asked) : '',
    totals: {
      files: covered.length,
      filesNotObserved: covered.filter(({ notObservedReason }) => notObservedReason !== '').length,
      functions: total('functionsRan') + total('functionsNeverRan') + total('functionsNotObserved'),
      functionsRan: total('functionsRan'),
      functionsNeverRan: total('functionsNeverRan'),
      functionsNotObserved: total('functionsNotObserved'),
    },
  };
}

function coveredFile(
  file: FileRecord,
  deployment: DeploymentRecord,
  functions: readonly FunctionTotal[],
  fromMs: number,
) {
  const idle = functions.filter(({ calls }) => calls === 0);
  const notObserved = idle.filter((it) => whyNotObserved(it, file, deployment, fromMs) !== '').length;
  return {
    deployment: deploymentMessage(deployment),
    filePath: file.path,
    notObservedReason: file.notObservedReason,
    functionsRan: functions.length - idle.length,
    functionsNeverRan: idle.length - notObserved,
    functionsNotObserved: notObserved,
    calls: functions.reduce((all, { calls }) => all + calls, 0),
  };
}
