import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, DeploymentSummary } from '../store/store.js';
import { dependencyMessages, deploymentMessage, dropMessages } from './messages.js';
import { newerFirst } from './overlay.js';
import type { Question } from './question.js';
import { isInScope, readScope } from './scope.js';

import v1 = hindcast.v1;

const MAX_DEPENDENCIES = 50;

/** Answers ListServices. @throws RequestError */
export async function listServices(
  request: v1.ListServicesRequest,
  { store, nowMs }: Question,
): Promise<v1.ListServicesResponse.$Properties> {
  const scope = readScope(request.scope, nowMs);
  const deployments = (await store.readDeployments(scope.fromMinute)).filter((it) => isInScope(it, scope));
  const summaries = await store.summarise(scope.fromMinute);
  return {
    services: deployments
      .sort((a, b) => compare(a.key.service, b.key.service) || newerFirst(a, b, nowMs))
      .flatMap((deployment) => {
        const summary = summaries.get(deployment.id);
        return summary ? [serviceSummary(deployment, summary)] : [];
      }),
  };
}

function serviceSummary(deployment: DeploymentRecord, it: DeploymentSummary): v1.ServiceSummary.$Properties {
  return {
    deployment: deploymentMessage(deployment),
    files: it.files,
    filesNotObserved: it.filesNotObserved,
    functions: it.functionsDeclared + it.functionsSeen,
    functionsRan: it.declaredRan + it.seenRan,
    functionsNeverRan: it.functionsDeclared - it.declaredRan,
    functionsNotObserved: it.functionsSeen - it.seenRan,
    calls: it.calls,
    errors: it.errors,
    dependencies: dependencyMessages(it.dependencies, MAX_DEPENDENCIES),
    drops: dropMessages(it.drops),
  };
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
