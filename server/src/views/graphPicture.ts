import { quantile, type Histogram } from '@hindcast/core/histogram';
import type { FunctionPlace, Graph, GraphNode } from '@hindcast/proto/webviewMessages';
import type { CallGraph, ServiceMap } from '../collector/callGraph.js';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';

const ROOTED_DEPTH = 5;
const ROOTED_NODES = 400;
const OVERVIEW_DEPTH = 30;
const OVERVIEW_NODES = 5000;
const MAX_ENTRY_POINTS = 20;

/** Services, and what they call. */
export async function servicesPicture(collector: CollectorClient, scope: Scope): Promise<Graph | undefined> {
  const map = await collector.getServiceMap(scope);
  return map && serviceGraph(map);
}

/** Functions around one, or the hottest of a service, or of all. */
export async function functionsPicture(
  collector: CollectorClient,
  scope: Scope,
  service: string,
  root: FunctionPlace | null,
): Promise<Graph | undefined> {
  const graph = await collector.getCallGraph(
    root
      ? { roots: [root], direction: 'both', depth: ROOTED_DEPTH, maxNodes: ROOTED_NODES }
      : { roots: [], direction: 'both', depth: OVERVIEW_DEPTH, maxNodes: OVERVIEW_NODES },
    service === '' ? scope : { ...scope, service },
  );
  const title = root ? `Calls around ${root.name}` : service === '' ? 'Functions' : `Functions of ${service}`;
  return graph && functionGraph(graph, title, root !== null);
}

function serviceGraph({ nodes, edges }: ServiceMap): Graph {
  return {
    kind: 'graph',
    level: 'services',
    title: 'Services',
    nodes: nodes.map(({ name, dependencyKind, environment, calls, errors, duration, versions }) => ({
      label: name,
      service: name,
      detail: dependencyKind === '' ? [environment, ...versions].filter(Boolean).join(' · ') : dependencyKind,
      role: dependencyKind === '' ? 'service' : 'dependency',
      calls,
      errors,
      ...durations(duration),
      place: null,
      isRoot: false,
      entryPoints: [],
    })),
    edges: edges.map(({ caller, callee, calls, errors }) => ({ from: caller, to: callee, calls, errors })),
    omitted: 0,
  };
}

function functionGraph({ nodes, edges, nodesOmitted }: CallGraph, title: string, hasRoot: boolean): Graph {
  return {
    kind: 'graph',
    level: 'functions',
    title,
    nodes: nodes.map(({ service, filePath, id, calls, errors, duration, distance, entryPoints }) => ({
      label: id.name,
      service,
      detail: id.line > 0 ? `${filePath}:${id.line}` : filePath,
      role: 'function',
      calls,
      errors,
      ...durations(duration),
      place: { service, filePath, name: id.name, line: id.line, column: id.column },
      isRoot: hasRoot && distance === 0,
      entryPoints: entryPoints
        .slice(0, MAX_ENTRY_POINTS)
        .map(({ entryPoint, calls: own }) => ({ name: entryPoint.name, calls: own })),
    })),
    edges: edges.map(({ caller, callee, calls }) => ({ from: caller, to: callee, calls, errors: 0 })),
    omitted: nodesOmitted,
  };
}

function durations(duration: Histogram | undefined): Pick<GraphNode, 'p99Seconds' | 'meanSeconds'> {
  if (!duration || duration.count === 0) return { p99Seconds: null, meanSeconds: null };
  return { p99Seconds: quantile(duration, 0.99) ?? null, meanSeconds: duration.sumSeconds / duration.count };
}
