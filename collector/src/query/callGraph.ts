import { mergeHistograms } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { FunctionKey } from '../store/model.js';
import type { DependencyTotal, EntryTotal, FunctionRecord } from '../store/store.js';
import { dependencyKeyText, entryPointKeyText } from '../store/keys.js';
import { withoutDoubles } from './deployments.js';
import { entryShareMessages } from './functionFacts.js';
import { placeText, versionedFunctions, type VersionedFunction } from './functionIndex.js';
import { isSelected, readFunctionRef } from './functionRef.js';
import { dependencyMessages, histogramMessage, placeMessage, sum, timestamp } from './messages.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { isInScope, readScope, type QueryScope } from './scope.js';

import v1 = hindcast.v1;

const MAX_ROOTS = 100;
const USUAL_DEPTH = 3;
const MOST_DEPTH = 30;
const USUAL_NODES = 200;
const MOST_NODES = 10_000;
const MAX_SURROUNDINGS = 20;
const AT_A_TIME = 500;

interface Node {
  readonly service: string;
  readonly environment: string;
  readonly fn: FunctionKey;
  /** Absent for one that is known only as a caller. */
  readonly of: VersionedFunction | undefined;
  readonly calls: number;
  distance: number;
}

interface Edge {
  readonly caller: Node;
  readonly callee: Node;
  calls: number;
  sampledCalls: number;
}

/** Answers GetCallGraph. @throws RequestError */
export async function getCallGraph(
  request: v1.GetCallGraphRequest,
  question: Question,
): Promise<v1.GetCallGraphResponse.$Properties> {
  const { nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  const roots = request.roots.map((root, i) => readFunctionRef(root, `roots[${i}]`));
  if (roots.length > MAX_ROOTS) throw new RequestError(`roots: at most ${MAX_ROOTS}.`);
  if (request.depth > MOST_DEPTH) throw new RequestError(`depth: at most ${MOST_DEPTH}.`);
  if (request.maxNodes > MOST_NODES) throw new RequestError(`max_nodes: at most ${MOST_NODES}.`);
  const maxNodes = request.maxNodes || USUAL_NODES;
  const graph = await wholeGraph(question, scope);
  const inScope = graph.nodes.filter(
    ({ service, of }) =>
      (scope.service === '' || service === scope.service) &&
      (scope.version === '' || of?.versions.some(({ deployment }) => isInScope(deployment, scope))),
  );
  const begin =
    roots.length > 0
      ? inScope.filter(({ service, of, fn }) =>
          roots.some((root) =>
            (of?.versions.map(({ total }) => total.fn) ?? [fn]).some((it) => isSelected(root, service, it)),
          ),
        )
      : inScope.toSorted((a, b) => b.calls - a.calls).slice(0, maxNodes);
  const reached = reach(begin, graph.edges, request.direction, roots.length > 0 ? request.depth || USUAL_DEPTH : 0);
  const kept = reached.toSorted((a, b) => a.distance - b.distance || b.calls - a.calls).slice(0, maxNodes);
  const index = new Map(kept.map((node, i) => [node, i]));
  return {
    nodes: await nodeMessages(kept, question, scope),
    edges: graph.edges
      .flatMap(({ caller, callee, calls, sampledCalls }) => {
        const [from, to] = [index.get(caller), index.get(callee)];
        return from === undefined || to === undefined ? [] : [{ caller: from, callee: to, calls, sampledCalls }];
      })
      .sort((a, b) => b.calls - a.calls),
    nodesOmitted: roots.length > 0 ? reached.length - kept.length : inScope.length - kept.length,
    computedAt: timestamp(nowMs),
  };
}

/** Every function that was called, and every edge, in the scope's environment and window. */
async function wholeGraph(
  question: Question,
  { fromMinute, environment }: QueryScope,
): Promise<{ nodes: Node[]; edges: Edge[] }> {
  const { store } = question;
  const deployments = new Map(
    withoutDoubles(await store.readDeployments(fromMinute))
      .filter(({ key }) => environment === '' || key.environment === environment)
      .map((it) => [it.id, it]),
  );
  const ids = [...deployments.keys()];
  const deploymentOf = new Map((await store.readFiles(ids)).map((it) => [it.id, deployments.get(it.deploymentId)]));
  const totals = await store.readFunctionTotals(ids, fromMinute);
  await question.proceed();
  const nodes: Node[] = [];
  const byPlace = new Map<string, Node>();
  const byId = new Map<number, Node>();
  for (const of of versionedFunctions(totals, (fileId) => deploymentOf.get(fileId))) {
    const calls = sum(of.versions.map(({ total }) => total.calls));
    const newest = of.versions.toSorted((a, b) => b.deployment.firstSeenMs - a.deployment.firstSeenMs)[0];
    if (!newest) continue;
    const { service, environment: its } = of;
    const node: Node = { service, environment: its, fn: newest.total.fn, of, calls, distance: Infinity };
    nodes.push(node);
    for (const { total } of of.versions) {
      byPlace.set(placeText(its, service, total.fn), node);
      byId.set(total.id, node);
    }
  }
  const edges = new Map<Node, Map<Node, Edge>>();
  for (const { functionId, caller: key, calls, sampledCalls } of await store.readEdges(ids, fromMinute)) {
    const callee = byId.get(functionId);
    if (!callee || key === 'entry') continue;
    const place = placeText(callee.environment, key.service, key.fn);
    let caller = byPlace.get(place);
    if (!caller) {
      const { environment: its } = callee;
      caller = { service: key.service, environment: its, fn: key.fn, of: undefined, calls: 0, distance: Infinity };
      byPlace.set(place, caller);
      nodes.push(caller);
    }
    const callees = edges.get(caller) ?? new Map<Node, Edge>();
    edges.set(caller, callees);
    const edge = callees.get(callee) ?? { caller, callee, calls: 0, sampledCalls: 0 };
    callees.set(callee, edge);
    edge.calls += calls;
    edge.sampledCalls += sampledCalls;
  }
  await question.proceed();
  return { nodes, edges: [...edges.values()].flatMap((callees) => [...callees.values()]) };
}

/** Sets distances; the nodes that are at most `depth` edges away, in the order in which they are reached. */
function reach(begin: readonly Node[], edges: readonly Edge[], direction: v1.Direction, depth: number): Node[] {
  const next = new Map<Node, Node[]>();
  const link = (from: Node, to: Node): void => {
    const others = next.get(from);
    if (others) others.push(to);
    else next.set(from, [to]);
  };
  for (const { caller, callee } of edges) {
    if (direction !== v1.Direction.DIRECTION_CALLERS) link(caller, callee);
    if (direction !== v1.Direction.DIRECTION_CALLEES) link(callee, caller);
  }
  const reached = [...begin];
  for (const node of begin) node.distance = 0;
  // Grows while it is walked.
  for (const node of reached) {
    if (node.distance >= depth) continue;
    for (const other of next.get(node) ?? []) {
      if (other.distance !== Infinity) continue;
      other.distance = node.distance + 1;
      reached.push(other);
    }
  }
  return reached;
}

async function nodeMessages(
  nodes: readonly Node[],
  question: Question,
  { fromMinute }: QueryScope,
): Promise<v1.GraphNode.$Properties[]> {
  const records = new Map<number, FunctionRecord>();
  const ids = nodes.flatMap(({ of }) => of?.versions.map(({ total }) => total.id) ?? []);
  for (let i = 0; i < ids.length; i += AT_A_TIME) {
    for (const it of await question.store.readFunctionsById(ids.slice(i, i + AT_A_TIME), fromMinute))
      records.set(it.id, it);
    await question.proceed();
  }
  return nodes.map(({ service, environment, fn, of, calls, distance }) => {
    const versions = of?.versions ?? [];
    const own = versions.flatMap(({ total }) => records.get(total.id) ?? []);
    return {
      service,
      environment,
      filePath: fn.path,
      function: placeMessage(fn),
      calls,
      errors: sum(versions.map(({ total }) => total.errors)),
      duration: histogramMessage(mergeHistograms(versions.map(({ total }) => total.durations))),
      distance,
      entryPoints: entryShareMessages(mergedEntries(own), MAX_SURROUNDINGS),
      dependencies: dependencyMessages(mergedDependencies(own), MAX_SURROUNDINGS),
    };
  });
}

function mergedEntries(records: readonly FunctionRecord[]): EntryTotal[] {
  const merged = new Map<string, EntryTotal>();
  for (const { entryPoint, calls } of records.flatMap((it) => it.entryPoints)) {
    const text = entryPoint ? entryPointKeyText(entryPoint) : '';
    merged.set(text, { entryPoint, calls: calls + (merged.get(text)?.calls ?? 0) });
  }
  return [...merged.values()];
}

export function mergedDependencies(
  records: readonly { readonly dependencies: readonly DependencyTotal[] }[],
): DependencyTotal[] {
  const merged = new Map<string, DependencyTotal>();
  for (const it of records.flatMap(({ dependencies }) => dependencies)) {
    const text = dependencyKeyText(it.dependency);
    const at = merged.get(text);
    merged.set(
      text,
      at
        ? {
            dependency: it.dependency,
            calls: at.calls + it.calls,
            errors: at.errors + it.errors,
            durations: mergeHistograms([at.durations, it.durations]),
          }
        : it,
    );
  }
  return [...merged.values()];
}
