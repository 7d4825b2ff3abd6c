import { likelyAnswering, seenAnswering } from '../collector/answeringService.js';
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
  const { dependency, calleeService } = part;
  const asks = dependency && map ? { ...dependency, map } : undefined;
  const seen = asks && seenAnswering(part.service, asks.target, asks.map);
  const certain = calleeService === '' ? seen : calleeService;
  const service = certain ?? (asks && likelyAnswering(asks.kind, asks.target, asks.map));
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

/** A job or a queue's consumer answers nobody. */
function isAnswer({ kind }: EntryPointId, { dependency }: CriticalPathPart): boolean {
  return dependency ? kind === dependency.kind : kind === 'http' || kind === 'rpc';
}
