import type { ServiceMap } from '../collector/callGraph.js';
import type { CriticalPathPart } from '../collector/criticalPath.js';
import type { EntryPointFacts, EntryPointId } from '../collector/facts.js';
import type { Callee } from '../collector/functionDetail.js';
import { groupBy } from '../groupBy.js';

/** The service that answers a remote call, and its entry points that may be what the calling function reaches. */
export interface Answering {
  readonly service: string;
  readonly entryPoints: readonly EntryPointId[];
  /** Nobody saw the calls arrive; it is the only one that answered as many as were sent. */
  readonly isLikely: boolean;
}

/** What is known of services and what they answer. */
export interface KnownServices {
  readonly map: ServiceMap | undefined;
  /** All that were called in the environment. */
  readonly entryPoints: readonly EntryPointFacts[];
}

/**
 * Which service answers a remote call of a function; undefined when nobody knows.
 * @param callees of the function that calls
 */
export function whoAnswers(
  part: CriticalPathPart,
  callees: readonly Callee[],
  { map, entryPoints }: KnownServices,
): Answering | undefined {
  const certain = part.calleeService === '' ? seenAnswering(part, map) : part.calleeService;
  const service = certain ?? likelyAnswering(part, map);
  if (service === undefined) return undefined;
  const answers = entryPoints.filter(
    ({ deployment, entryPoint }) => deployment.service === service && isAnswer(entryPoint, part),
  );
  const reached = answers.filter(({ id, filePath }) =>
    callees.some((callee) => callee.service === service && callee.id.name === id?.name && callee.filePath === filePath),
  );
  const names = groupBy(reached.length > 0 ? reached : answers, ({ entryPoint: { kind, name } }) => `${kind} ${name}`);
  return {
    service,
    entryPoints: [...names.values()].flatMap(([first]) => (first ? [first.entryPoint] : [])),
    isLikely: certain === undefined,
  };
}

function seenAnswering({ service, dependency }: CriticalPathPart, map: ServiceMap | undefined): string | undefined {
  const names = (map?.edges ?? []).flatMap(({ caller, callee, targets }) =>
    dependency && map?.nodes[caller]?.name === service && targets.includes(dependency.target)
      ? (map.nodes[callee]?.name ?? [])
      : [],
  );
  const [only, another] = [...new Set(names)];
  return another === undefined ? only : undefined;
}

function likelyAnswering({ dependency }: CriticalPathPart, map: ServiceMap | undefined): string | undefined {
  const node = map?.nodes.find(
    ({ dependencyKind, name }) => dependencyKind === dependency?.kind && name === dependency.target,
  );
  return node?.likelyService === '' ? undefined : node?.likelyService;
}

/** A job or a queue's consumer answers nobody. */
function isAnswer({ kind }: EntryPointId, { dependency }: CriticalPathPart): boolean {
  return dependency ? kind === dependency.kind : kind === 'http' || kind === 'rpc';
}
