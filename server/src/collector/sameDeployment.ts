import type { Deployment } from './facts.js';

/** Whether two answers speak of the same version in the same environment. */
export function isSameDeployment(a: Deployment, b: Deployment): boolean {
  return (
    a.service === b.service && a.environment === b.environment && a.version === b.version && a.revision === b.revision
  );
}
