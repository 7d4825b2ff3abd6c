import type { DeploymentRecord } from '../store/store.js';
import type { Question } from './question.js';
import { groupBy } from './groupBy.js';
import { newerFirst } from './overlay.js';
import { isInScope, type QueryScope } from './scope.js';

/** What reported within the window and is in scope. */
export async function deploymentsInScope({ store }: Question, scope: QueryScope): Promise<DeploymentRecord[]> {
  return (await store.readDeployments(scope.fromMinute)).filter((it) => isInScope(it, scope));
}

/** A service in an environment, of which deployments are versions. */
export function serviceText({ key }: DeploymentRecord): string {
  return `${key.environment}\0${key.service}`;
}

/**
 * Of each service and environment the deployments of one kind of data: the sensor's where there is one, since what a service's spans
 * tell it tells too.
 */
export function withoutDoubles(deployments: readonly DeploymentRecord[]): DeploymentRecord[] {
  return [...groupBy(deployments, serviceText).values()].flatMap((versions) => {
    const ofSensor = versions.filter(({ key }) => key.source === 'sensor');
    return ofSensor.length > 0 ? ofSensor : versions;
  });
}

/** The newest deployment of each service and environment. */
export function newestOnly(deployments: readonly DeploymentRecord[], nowMs: number): DeploymentRecord[] {
  return [...groupBy(withoutDoubles(deployments), serviceText).values()].flatMap((versions) =>
    versions.toSorted((a, b) => newerFirst(a, b, nowMs)).slice(0, 1),
  );
}
