import type { ServiceMap } from './callGraph.js';

/** The service that is known to answer what another one calls at an address; undefined when none is, or several are. */
export function seenAnswering(caller: string, target: string, { nodes, edges }: ServiceMap): string | undefined {
  const names = edges.flatMap((edge) =>
    nodes[edge.caller]?.name === caller && edge.targets.includes(target) ? (nodes[edge.callee]?.name ?? []) : [],
  );
  const [only, another] = [...new Set(names)];
  return another === undefined ? only : undefined;
}

/** The service that likely answers there: nobody saw the calls arrive, and it is the only one that answered as many as were sent. */
export function likelyAnswering(kind: string, target: string, { nodes }: ServiceMap): string | undefined {
  const service = nodes.find(({ dependencyKind, name }) => dependencyKind === kind && name === target)?.likelyService;
  return service === '' ? undefined : service;
}
