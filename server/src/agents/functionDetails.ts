import type { Scope } from '../collector/scope.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import { isSameDeployment } from '../collector/sameDeployment.js';
import type { FunctionInService } from '../match/fileFacts.js';
import type { ItemGroup } from './answer.js';
import { calleeItems, criticalPathItems, exemplarItems, originItems } from './factItems.js';
import type { FactSources } from './runtimeFacts.js';

/** The collector's detail of one function in the deployment that its facts are of; undefined when it has none. */
export async function detailOf(
  view: FunctionInService,
  filePath: string,
  scope: Scope,
  { client }: FactSources,
  signal?: AbortSignal,
): Promise<FunctionDetail | undefined> {
  const { facts, deployment } = view;
  if (!facts) return undefined;
  const { name, line, column } = facts.id;
  const reference = { service: deployment.service, filePath, name, line, column };
  const answer = await client.getFunction(reference, { ...scope, service: deployment.service }, 1, { signal });
  return answer?.functions.find((each) => isSameDeployment(each.deployment, deployment));
}

/** The lists that only a detail has. */
export function detailGroups(detail: FunctionDetail | undefined): ItemGroup[] {
  if (!detail) return [];
  return [
    criticalPathItems(detail.criticalPaths),
    originItems(detail),
    calleeItems(detail),
    exemplarItems(detail.exemplars),
  ].filter(({ items }) => items.length > 0);
}
