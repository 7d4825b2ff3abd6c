import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { CallGraph } from '../collector/callGraph.js';
import type { FunctionReference } from '../collector/facts.js';
import type { Scope } from '../collector/scope.js';
import type { DeployedFunction } from './exposure.js';
import type { ExposureSource } from './exposureSource.js';

/** Roots in one question, as the protocol allows, and questions: functions beyond them are not followed. */
const ROOTS_AT_ONCE = 100;
const MAX_FOLLOWED = 500;
const DEPTH = 30;
const MAX_NODES = 10_000;

/** Who reaches functions: asked once for many. */
export class Reach {
  readonly #graphs: readonly CallGraph[];

  private constructor(graphs: readonly CallGraph[]) {
    this.#graphs = graphs;
  }

  /** @param functions most called first */
  static async read(
    functions: readonly (readonly DeployedFunction[])[],
    scope: Scope,
    source: ExposureSource,
    signal?: AbortSignal,
  ): Promise<Reach> {
    const roots = new Map<string, FunctionReference>();
    for (const counted of functions.slice(0, MAX_FOLLOWED)) {
      for (const { deployment, filePath, facts } of counted) {
        const { name, line, column } = facts.id;
        const reference = { service: deployment.service, filePath, name, line, column };
        if (facts.state === 'ran') roots.set(JSON.stringify(reference), reference);
      }
    }
    const asked = [...roots.values()];
    const graphs: CallGraph[] = [];
    for (let start = 0; start < asked.length && source.getCallGraph; start += ROOTS_AT_ONCE) {
      const question = {
        roots: asked.slice(start, start + ROOTS_AT_ONCE),
        direction: 'callers' as const,
        depth: DEPTH,
        maxNodes: MAX_NODES,
      };
      // Who calls from another service is not in the service that was asked about.
      const graph = await source.getCallGraph(
        question,
        { ...scope, service: undefined, version: undefined },
        { signal },
      );
      if (graph) graphs.push(graph);
    }
    return new Reach(graphs);
  }

  /** Services that reach a function, most of its calls first: each edge upwards carries its part of the calls below it. */
  services(counted: readonly DeployedFunction[]): readonly string[] {
    const weights = new Map<string, number>();
    for (const graph of this.#graphs) addWeights(graph, counted, weights);
    return [...weights].sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0])).map(([service]) => service);
  }
}

function addWeights(graph: CallGraph, counted: readonly DeployedFunction[], weights: Map<string, number>): void {
  const begin = graph.nodes.flatMap(({ service, filePath, id }, index) =>
    counted.some(
      (own) =>
        own.deployment.service === service &&
        own.filePath === filePath &&
        own.facts.id.name === id.name &&
        (own.facts.id.line === id.line || id.line === 0),
    )
      ? [index]
      : [],
  );
  const [first] = begin;
  if (first === undefined) return;
  const callers = callersOf(graph);
  // Breadth first: a node's weight is whole before it is passed on, except around cycles, which are cut.
  const carried = new Map<number, number>(begin.map((index) => [index, graph.nodes[index]?.calls ?? 0]));
  const queue = [...begin];
  const seen = new Set(begin);
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] ?? 0;
    const weight = carried.get(node) ?? 0;
    const incoming = callers.get(node) ?? [];
    const all = Math.max(
      graph.nodes[node]?.calls ?? 0,
      incoming.reduce((total, { calls }) => total + calls, 0),
    );
    for (const { caller, calls } of incoming) {
      const part = all > 0 ? (weight * calls) / all : 0;
      const from = graph.nodes[caller];
      if (!from) continue;
      if (from.service !== graph.nodes[node]?.service)
        weights.set(from.service, (weights.get(from.service) ?? 0) + part);
      carried.set(caller, (carried.get(caller) ?? 0) + part);
      if (seen.has(caller)) continue;
      seen.add(caller);
      queue.push(caller);
    }
  }
}

const known = new WeakMap<
  CallGraph,
  ReadonlyMap<number, readonly { readonly caller: number; readonly calls: number }[]>
>();

function callersOf(
  graph: CallGraph,
): ReadonlyMap<number, readonly { readonly caller: number; readonly calls: number }[]> {
  const found = known.get(graph);
  if (found) return found;
  const callers = new Map<number, { caller: number; calls: number }[]>();
  for (const { caller, callee, calls } of graph.edges) {
    const list = callers.get(callee);
    if (list) list.push({ caller, calls });
    else callers.set(callee, [{ caller, calls }]);
  }
  known.set(graph, callers);
  return callers;
}
