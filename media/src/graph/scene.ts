import type { Graph } from '@hindcast/proto/webviewMessages';
import { adjacencyOf, type Adjacency } from './adjacency.js';
import { layeredLayout, type Layout } from './layeredLayout.js';

export const NODE_WIDTH = 210;
export const NODE_HEIGHT = 46;
const SPACING = { columnGap: 276, rowGap: 62, aspect: 1.7 };

/** A graph with everything about it that does not change while it is looked at. */
export interface Scene {
  readonly graph: Graph;
  readonly adjacency: Adjacency;
  readonly layout: Layout;
  /** Index of the colour of each node: one for each service, by its calls. */
  readonly colourOf: Int32Array;
  /** 0, 1 or 2: how strong each edge is drawn. */
  readonly strengthOf: Uint8Array;
}

export function sceneOf(graph: Graph): Scene {
  const adjacency = adjacencyOf(graph.nodes.length, graph.edges);
  const calls = new Map<string, number>();
  for (const { service, calls: own } of graph.nodes) calls.set(service, (calls.get(service) ?? 0) + own);
  const services = [...calls].sort((a, b) => b[1] - a[1]).map(([service]) => service);
  const place = new Map(services.map((service, index) => [service, index]));
  const most = Math.log1p(graph.edges.reduce((max, edge) => Math.max(max, edge.calls), 1));
  return {
    graph,
    adjacency,
    layout: layeredLayout(graph.nodes.length, graph.edges, adjacency, SPACING),
    colourOf: Int32Array.from(graph.nodes, ({ service }) => place.get(service) ?? 0),
    strengthOf: Uint8Array.from(graph.edges, ({ calls: own }) => Math.min(2, Math.floor((Math.log1p(own) / most) * 3))),
  };
}

/** The node at a place of the picture, if there is one. */
export function nodeAt({ layout }: Scene, x: number, y: number): number | undefined {
  for (let node = 0; node < layout.x.length; node++) {
    const isIn =
      Math.abs((layout.x[node] ?? 0) - x) <= NODE_WIDTH / 2 && Math.abs((layout.y[node] ?? 0) - y) <= NODE_HEIGHT / 2;
    if (isIn) return node;
  }
  return undefined;
}

/** The node next in a direction: to the hottest caller or callee, or up and down within the layer. */
export function neighbour(scene: Scene, node: number, to: 'caller' | 'callee' | 'up' | 'down'): number | undefined {
  const { adjacency, graph, layout } = scene;
  if (to === 'caller') {
    return adjacency.incoming[node]?.map((edge) => graph.edges[edge]?.from).find((from) => from !== node);
  }
  if (to === 'callee') {
    return adjacency.outgoing[node]?.map((edge) => graph.edges[edge]?.to).find((callee) => callee !== node);
  }
  const layer = layout.layers[layout.layerOf[node] ?? 0] ?? [];
  return layer[layer.indexOf(node) + (to === 'up' ? -1 : 1)];
}

/** Nodes whose name, service or file has all words, hottest first. No words: none. */
export function findNodes({ graph }: Scene, text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return graph.nodes
    .flatMap(({ label, service, detail }, node) => {
      const all = `${label} ${service} ${detail}`.toLowerCase();
      return words.every((word) => all.includes(word)) ? [node] : [];
    })
    .sort((a, b) => (graph.nodes[b]?.calls ?? 0) - (graph.nodes[a]?.calls ?? 0));
}
