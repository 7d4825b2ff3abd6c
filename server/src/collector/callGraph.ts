import type { Histogram } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { dependency, entryPointId, functionId, histogram, milliseconds, sourceOf } from './decodeFacts.js';
import type { Dependency, Deployment, EntryShare, FunctionId } from './facts.js';

import v1 = hindcast.v1;

/** Who calls whom. Field meanings: hindcast/v1/query.proto. */
export interface CallGraph {
  /** Roots first, then by distance. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly nodesOmitted: number;
  readonly computedAtMs: number | undefined;
}

export interface GraphNode {
  readonly service: string;
  readonly environment: string;
  readonly filePath: string;
  readonly id: FunctionId;
  readonly calls: number;
  readonly errors: number;
  readonly duration: Histogram | undefined;
  readonly distance: number;
  readonly entryPoints: readonly EntryShare[];
  readonly dependencies: readonly Dependency[];
}

export interface GraphEdge {
  /** Indexes in `nodes`. */
  readonly caller: number;
  readonly callee: number;
  readonly calls: number;
  readonly sampledCalls: number;
}

/** Services and what they call. */
export interface ServiceMap {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
  readonly computedAtMs: number | undefined;
}

export interface ServiceNode {
  readonly name: string;
  /** Empty for a service. */
  readonly dependencyKind: string;
  readonly environment: string;
  readonly calls: number;
  readonly errors: number;
  readonly duration: Histogram | undefined;
  readonly instances: number;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly source: Deployment['source'];
  /** Of a dependency: the service that likely answers there, as it answered as many calls; empty when there is none. */
  readonly likelyService: string;
}

export interface ServiceEdge {
  /** Indexes in `nodes`. */
  readonly caller: number;
  readonly callee: number;
  readonly calls: number;
  readonly errors: number;
  readonly duration: Histogram | undefined;
  /** Addresses that the caller calls and the callee answers at, as far as they are known. */
  readonly targets: readonly string[];
}

/** Edges to nodes that the answer does not have are left out. */
export function callGraph(message: v1.GetCallGraphResponse.$Properties): CallGraph {
  const nodes = (message.nodes ?? []).map(graphNode);
  const edges = (message.edges ?? []).map((edge) => ({
    caller: edge.caller ?? 0,
    callee: edge.callee ?? 0,
    calls: edge.calls ?? 0,
    sampledCalls: edge.sampledCalls ?? 0,
  }));
  return {
    nodes,
    edges: edges.filter(({ caller, callee }) => caller < nodes.length && callee < nodes.length),
    nodesOmitted: message.nodesOmitted ?? 0,
    computedAtMs: milliseconds(message.computedAt),
  };
}

/** Edges to nodes that the answer does not have are left out. */
export function serviceMap(message: v1.GetServiceMapResponse.$Properties): ServiceMap {
  const nodes = (message.nodes ?? []).map(serviceNode);
  const edges = (message.edges ?? []).map((edge) => ({
    caller: edge.caller ?? 0,
    callee: edge.callee ?? 0,
    calls: edge.calls ?? 0,
    errors: edge.errors ?? 0,
    duration: edge.duration ? histogram(edge.duration) : undefined,
    targets: edge.targets ?? [],
  }));
  return {
    nodes,
    edges: edges.filter(({ caller, callee }) => caller < nodes.length && callee < nodes.length),
    computedAtMs: milliseconds(message.computedAt),
  };
}

function graphNode(message: v1.GraphNode.$Properties): GraphNode {
  return {
    service: message.service ?? '',
    environment: message.environment ?? '',
    filePath: message.filePath ?? '',
    id: functionId(message.function ?? {}),
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    duration: message.duration ? histogram(message.duration) : undefined,
    distance: message.distance ?? 0,
    entryPoints: (message.entryPoints ?? []).map((share) => ({
      entryPoint: entryPointId(share.entryPoint ?? {}),
      calls: share.calls ?? 0,
    })),
    dependencies: (message.dependencies ?? []).map(dependency),
  };
}

function serviceNode(message: v1.ServiceNode.$Properties): ServiceNode {
  return {
    name: message.name ?? '',
    dependencyKind: message.dependencyKind ?? '',
    environment: message.environment ?? '',
    calls: message.calls ?? 0,
    errors: message.errors ?? 0,
    duration: message.duration ? histogram(message.duration) : undefined,
    instances: message.instances ?? 0,
    versions: message.versions ?? [],
    source: sourceOf(message.source),
    likelyService: message.likelyService ?? '',
  };
}
