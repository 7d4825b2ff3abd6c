import { hindcast } from '@hindcast/proto/generated/query.js';
import {
  deploymentMessage,
  entryPointMessage,
  errorMessages,
  histogramMessage,
  placeMessage,
  sum,
} from './messages.js';
import type { Question } from './question.js';
import { isInScope, readScope } from './scope.js';
import { compare } from './services.js';

import v1 = hindcast.v1;

/** Answers ListEntryPoints. @throws RequestError */
export async function listEntryPoints(
  request: v1.ListEntryPointsRequest,
  { store, nowMs }: Question,
): Promise<v1.ListEntryPointsResponse.$Properties> {
  const scope = readScope(request.scope, nowMs);
  const deployments = new Map(
    (await store.readDeployments(scope.fromMinute)).filter((it) => isInScope(it, scope)).map((it) => [it.id, it]),
  );
  const records = await store.readEntryPoints(scope.fromMinute);
  return {
    entryPoints: records
      .flatMap((record) => {
        const deployment = deployments.get(record.deploymentId);
        return deployment ? [{ record, deployment }] : [];
      })
      .sort((a, b) => compare(a.deployment.key.service, b.deployment.key.service) || b.record.calls - a.record.calls)
      .map(({ record: { entryPoint, fn, calls, errors, durations }, deployment }) => ({
        deployment: deploymentMessage(deployment),
        entryPoint: entryPointMessage(entryPoint),
        function: fn ? placeMessage(fn) : null,
        filePath: fn?.path ?? '',
        calls,
        errors: sum(errors.values()),
        errorsByType: errorMessages(errors),
        duration: histogramMessage(durations),
      })),
  };
}
