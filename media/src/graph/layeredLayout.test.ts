import { describe, expect, it } from 'vitest';
import { adjacencyOf, blastRadius } from './adjacency.js';
import { layeredLayout, type Layout } from './layeredLayout.js';

const spacing = { columnGap: 100, rowGap: 10, aspect: 1.6 };
const edgesOf = (...pairs: [number, number][]) => pairs.map(([from, to]) => ({ from, to, calls: 1, errors: 0 }));

function layout(nodes: number, ...pairs: [number, number][]): Layout {
  const edges = edgesOf(...pairs);
  return layeredLayout(nodes, edges, adjacencyOf(nodes, edges), spacing);
}

describe('the layered layout', () => {
  it('puts every caller left of what it calls', () => {
    const pairs: [number, number][] = [
      [3, 0],
      [0, 1],
      [1, 2],
      [3, 2],
    ];
    const { x } = layout(4, ...pairs);
    for (const [from, to] of pairs) expect(x[from]).toBeLessThan(x[to] ?? 0);
  });

  it('survives cycles and calls of oneself', () => {
    const { layers } = layout(3, [0, 1], [1, 2], [2, 0], [1, 1]);
    expect(layers.flat().sort()).toEqual([0, 1, 2]);
    expect(layers).toHaveLength(3);
  });

  it('uncrosses what it can', () => {
    const { y } = layout(4, [0, 3], [1, 2]);
    expect(Math.sign((y[0] ?? 0) - (y[1] ?? 0))).toBe(Math.sign((y[3] ?? 0) - (y[2] ?? 0)));
  });

  it('gives no two nodes one place, and wraps tall layers', () => {
    const pairs = Array.from({ length: 999 }, (_, index): [number, number] => [0, index + 1]);
    const { x, y, width, height } = layout(1000, ...pairs);
    const places = new Set(Array.from(x, (at, node) => `${at} ${y[node] ?? 0}`));
    expect(places.size).toBe(1000);
    expect(width / height).toBeGreaterThan(0.5);
    expect(width / height).toBeLessThan(3);
  });

  it('is the same for the same graph', () => {
    const one = layout(5, [0, 1], [0, 2], [2, 3], [1, 4]);
    expect(layout(5, [0, 1], [0, 2], [2, 3], [1, 4])).toEqual(one);
  });

  it('knows nothing of no nodes, and drops edges to nowhere', () => {
    expect(layout(0).layers).toEqual([]);
    expect(layout(1, [0, 7]).layers).toEqual([[0]]);
  });
});

describe('the blast radius', () => {
  it('is every caller, however far, through cycles too', () => {
    const edges = edgesOf([0, 1], [1, 2], [2, 1], [3, 2], [2, 4]);
    const reached = blastRadius(2, adjacencyOf(5, edges), edges);
    expect([...reached].sort()).toEqual([0, 1, 2, 3]);
  });
});
