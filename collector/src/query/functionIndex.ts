import { functionKeyText } from '../store/keys.js';
import type { FunctionKey } from '../store/model.js';
import type { DeploymentRecord, FunctionTotal } from '../store/store.js';
import { groupBy } from './groupBy.js';
import { serviceText } from './deployments.js';

/** One function of a service, whatever its versions. */
export interface VersionedFunction {
  readonly service: string;
  readonly environment: string;
  /** In each deployment that has it. */
  readonly versions: readonly { readonly total: FunctionTotal; readonly deployment: DeploymentRecord }[];
}

/**
 * Functions of several versions of services as one each: the same path and name, and of those that share both, the same place in
 * the order of lines.
 * @param filesDeployment gives the deployment of a file
 */
export function versionedFunctions(
  totals: readonly FunctionTotal[],
  filesDeployment: (fileId: number) => DeploymentRecord | undefined,
): VersionedFunction[] {
  const placed = [...groupBy(totals, ({ fileId, fn }) => `${fileId}\0${fn.path}\0${fn.name}`).values()].flatMap(
    (twins) =>
      twins
        .toSorted((a, b) => a.fn.line - b.fn.line || a.fn.column - b.fn.column)
        .flatMap((total, order) => {
          const deployment = filesDeployment(total.fileId);
          return deployment ? [{ total, deployment, order }] : [];
        }),
  );
  return [
    ...groupBy(
      placed,
      ({ total: { fn }, deployment, order }) => `${serviceText(deployment)}\0${fn.path}\0${fn.name}\0${order}`,
    ).values(),
  ].flatMap((versions) => {
    const key = versions[0]?.deployment.key;
    return key ? [{ service: key.service, environment: key.environment, versions }] : [];
  });
}

/** How a function of a service is found again by what others say of it: by environment, service and place. */
export function placeText(environment: string, service: string, fn: FunctionKey): string {
  return `${environment}\0${service}\0${functionKeyText(fn)}`;
}
