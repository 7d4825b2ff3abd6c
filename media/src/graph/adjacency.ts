import type { GraphEdge } from '@hindcast/proto/webviewMessages';

/** Who is connected with whom: indexes of edges, most calls first. */
export interface Adjacency {
  /** For each node the edges that lead to it. */
  readonly incoming: readonly (readonly number[])[];
  /** For each node the edges that leave it. */
  readonly outgoing: readonly (readonly number[])[];
}

/** Edges that name nodes that are not there are left out. */
export function adjacencyOf(nodes: number, edges: readonly GraphEdge[]): Adjacency {
  const incoming: number[][] = Array.from({ length: nodes }, () => []);
  const outgoing: number[][] = Array.from({ length: nodes }, () => []);
  for (const [index, { from, to }] of edges.entries()) {
    const leaves = outgoing[from];
    const enters = incoming[to];
    if (!leaves || !enters) continue;
    leaves.push(index);
    enters.push(index);
  }
  const byCalls = (a: number, b: number) => (edges[b]?.calls ?? 0) - (edges[a]?.calls ?? 0);
  for (const list of [...incoming, ...outgoing]) list.sort(byCalls);
  return { incoming, outgoing };
}

/**
 * Everything that calls a node, through however many others, and the node itself. Through edges alone: what really reaches it
 * is at most this.
 */
export function blastRadius(node: number, adjacency: Adjacency, edges: readonly GraphEdge[]): ReadonlySet<number> {
  const reached = new Set([node]);
  for (const next of reached) {
    for (const index of adjacency.incoming[next] ?? []) {
      const from = edges[index]?.from;
      if (from !== undefined) reached.add(from);
    }
  }
  return reached;
}
