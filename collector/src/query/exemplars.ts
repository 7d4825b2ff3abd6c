import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, ExemplarRecord } from '../store/store.js';
import { deploymentsInScope } from './deployments.js';
import { isSelected, readFunctionRef, type FunctionSelector } from './functionRef.js';
import { deploymentMessage, duration, entryPointMessage, placeMessage, timestamp } from './messages.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { readScope } from './scope.js';

import v1 = hindcast.v1;

const USUAL = 20;
const MOST = 200;

/** Answers ListExemplars. @throws RequestError */
export async function listExemplars(
  request: v1.ListExemplarsRequest,
  question: Question,
): Promise<v1.ListExemplarsResponse.$Properties> {
  const scope = readScope(request.scope, question.nowMs);
  if (request.limit > MOST) throw new RequestError(`limit: at most ${MOST}.`);
  const fn = request.function ? readFunctionRef(request.function, 'function') : undefined;
  const deployments = new Map((await deploymentsInScope(question, scope)).map((it) => [it.id, it]));
  const { kind = '', name = '' } = request.entryPoint ?? {};
  const entryPoint = name ? { kind: kind ?? '', name } : undefined;
  const exemplars = await question.store.readExemplars([...deployments.keys()], entryPoint);
  return {
    exemplars: exemplars
      .filter(
        (it) =>
          it.timeMs >= scope.fromMs && (!fn || hasFunction(it, fn, deployments.get(it.deploymentId)?.key.service)),
      )
      .sort((a, b) => b.durationSeconds - a.durationSeconds)
      .slice(0, request.limit || USUAL)
      .flatMap((it) => {
        const deployment = deployments.get(it.deploymentId);
        return deployment ? [exemplarMessage(it, deployment)] : [];
      }),
  };
}

/** Whether the way of a call through an entry point led through a function. */
export function hasFunction({ path }: ExemplarRecord, fn: FunctionSelector, ownService = ''): boolean {
  return path.some((step) => isSelected(fn, step.service ?? ownService, step.fn));
}

export function exemplarMessage(it: ExemplarRecord, deployment: DeploymentRecord): v1.Exemplar.$Properties {
  return {
    deployment: deploymentMessage(deployment),
    entryPoint: entryPointMessage(it.entryPoint),
    traceId: it.traceId,
    time: timestamp(it.timeMs),
    duration: duration(it.durationSeconds),
    errorType: it.errorType,
    steps: it.path.map(({ fn, durationSeconds, service = '', offsetSeconds, parent }) => ({
      service: service === deployment.key.service ? '' : service,
      filePath: fn.path,
      function: placeMessage(fn),
      duration: duration(durationSeconds),
      offset: offsetSeconds === undefined ? null : duration(Math.max(0, offsetSeconds)),
      parent: parent === undefined ? 0 : parent + 1,
    })),
    dependencies: it.dependencies.map(({ dependency, count, durationSeconds }) => ({
      kind: dependency.kind,
      target: dependency.target,
      calls: count,
      duration: duration(durationSeconds),
    })),
  };
}
