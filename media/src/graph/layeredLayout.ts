import type { Adjacency } from './adjacency.js';
import type { GraphEdge } from '@hindcast/proto/webviewMessages';

/** Where each node is: centres, in units of a picture at scale 1. Callers are left of callees wherever there is no cycle. */
export interface Layout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Layers from the left, each top to bottom. */
  readonly layers: readonly (readonly number[])[];
  readonly layerOf: Int32Array;
  readonly width: number;
  readonly height: number;
}

export interface LayoutSpacing {
  readonly columnGap: number;
  readonly rowGap: number;
  /** Wished width over height of the whole. */
  readonly aspect: number;
}

const SWEEPS = 4;

/**
 * A layered layout: the layer is the longest way from a node that nobody calls; edges that close a cycle do not count. Within a layer
 * nodes stand near their neighbours; layers that are too tall are wrapped into several columns. The same input gives the same picture.
 */
export function layeredLayout(
  nodes: number,
  edges: readonly GraphEdge[],
  adjacency: Adjacency,
  spacing: LayoutSpacing,
): Layout {
  const { layerOf, count } = assignLayers(nodes, edges, adjacency);
  const layers: number[][] = Array.from({ length: count }, () => []);
  for (let node = 0; node < nodes; node++) layers[layerOf[node] ?? 0]?.push(node);
  order(layers, nodes, edges, adjacency);
  const x = new Float64Array(nodes);
  const y = new Float64Array(nodes);
  const rows = rowsFor(layers, spacing);
  const height = Math.min(rows, Math.max(1, ...layers.map((layer) => layer.length))) * spacing.rowGap;
  let column = 0;
  for (const layer of layers) {
    const columns = Math.max(1, Math.ceil(layer.length / rows));
    // Equal columns look better than full ones and a rest.
    const perColumn = Math.ceil(layer.length / columns);
    for (const [index, node] of layer.entries()) {
      const inColumn = Math.floor(index / perColumn);
      const size = Math.min(perColumn, layer.length - inColumn * perColumn);
      x[node] = (column + inColumn + 0.5) * spacing.columnGap;
      y[node] = height / 2 + ((index % perColumn) - (size - 1) / 2) * spacing.rowGap;
    }
    column += columns;
  }
  return { x, y, layers, layerOf, width: column * spacing.columnGap, height };
}

/** Longest paths over the edges that close no cycle, found by one depth-first walk from the callers on. */
function assignLayers(
  nodes: number,
  edges: readonly GraphEdge[],
  { incoming, outgoing }: Adjacency,
): { layerOf: Int32Array; count: number } {
  const isDone = new Uint8Array(nodes);
  const isOpen = new Uint8Array(nodes);
  const closes = new Uint8Array(edges.length);
  const finished: number[] = [];
  const walk = (start: number) => {
    const path: { node: number; at: number }[] = [{ node: start, at: 0 }];
    isOpen[start] = 1;
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (!top) break;
      const index = outgoing[top.node]?.[top.at++];
      if (index === undefined) {
        isOpen[top.node] = 0;
        isDone[top.node] = 1;
        finished.push(top.node);
        path.pop();
        continue;
      }
      const to = edges[index]?.to ?? 0;
      if (isOpen[to]) closes[index] = 1;
      else if (!isDone[to]) {
        isOpen[to] = 1;
        path.push({ node: to, at: 0 });
      }
    }
  };
  for (let node = 0; node < nodes; node++) if (!isDone[node] && incoming[node]?.length === 0) walk(node);
  for (let node = 0; node < nodes; node++) if (!isDone[node]) walk(node);
  const layerOf = new Int32Array(nodes);
  let deepest = 0;
  for (const node of finished.reverse()) {
    const layer = layerOf[node] ?? 0;
    deepest = Math.max(deepest, layer);
    for (const index of outgoing[node] ?? []) {
      const to = edges[index]?.to;
      if (to === undefined || closes[index]) continue;
      layerOf[to] = Math.max(layerOf[to] ?? 0, layer + 1);
    }
  }
  return { layerOf, count: nodes === 0 ? 0 : deepest + 1 };
}

/** Sorts each layer by the mean place of its neighbours, left to right and back. Ties keep their order, which is that of the nodes. */
function order(
  layers: number[][],
  nodes: number,
  edges: readonly GraphEdge[],
  { incoming, outgoing }: Adjacency,
): void {
  const place = new Float64Array(nodes);
  const number_ = (layer: readonly number[]) => {
    for (const [index, node] of layer.entries()) place[node] = (index + 0.5) / layer.length;
  };
  layers.forEach(number_);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    for (const layer of isForward ? layers : [...layers].reverse()) {
      const wanted = new Map(
        layer.map((node) => {
          const near = (isForward ? incoming[node] : outgoing[node]) ?? [];
          const places = near.map((index) => place[(isForward ? edges[index]?.from : edges[index]?.to) ?? 0] ?? 0);
          const mean = places.reduce((sum, one) => sum + one, 0) / places.length;
          return [node, places.length === 0 ? (place[node] ?? 0) : mean];
        }),
      );
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      number_(layer);
    }
  }
}

/** The fewest rows at which the whole is not wider than wished. */
function rowsFor(layers: readonly (readonly number[])[], { columnGap, rowGap, aspect }: LayoutSpacing): number {
  const tallest = Math.max(1, ...layers.map((layer) => layer.length));
  for (let rows = Math.min(8, tallest); rows < tallest; rows = Math.ceil(rows * 1.1)) {
    const columns = layers.reduce((sum, layer) => sum + Math.max(1, Math.ceil(layer.length / rows)), 0);
    if (columns * columnGap <= aspect * rows * rowGap) return rows;
  }
  return tallest;
}
