import { expect, it } from 'vitest';
import type { CallGraph } from '../collector/callGraph.js';
import { compareCounts, runCounts } from './compareCounts.js';

type Row = readonly [name: string, calls: number, callees?: Readonly<Record<string, number>>, queries?: number];

function run(...rows: readonly Row[]) {
  const nodes = rows.map(([name, calls, , queries = 0], i) => ({
    ...{ service: 's', environment: '', filePath: 'a.js', calls, errors: 0, duration: undefined, distance: 0 },
    id: { name, line: i + 1, column: 1, endLine: 0, bodyHash: '' },
    entryPoints: [],
    dependencies: queries > 0 ? [{ kind: 'db', target: 'orders', calls: queries, errors: 0, duration: undefined }] : [],
  }));
  const edges = rows.flatMap(([, , callees = {}], caller) =>
    Object.entries(callees).map(([name, calls]) => ({
      ...{ caller, callee: rows.findIndex(([own]) => own === name), calls, sampledCalls: calls },
    })),
  );
  return runCounts({ nodes, edges } satisfies Pick<CallGraph, 'nodes' | 'edges'>);
}

it('tells what is called more often, and how often for each call, beside production', () => {
  const base = run(['list', 10, { load: 10 }], ['load', 10, {}, 10], ['same', 3]);
  const head = run(['list', 10, { load: 50 }], ['load', 50, {}, 100], ['same', 3], ['fresh', 1]);
  const production = run(['list', 1000, { load: 1010 }], ['load', 1010, {}, 1010]);
  const compared = compareCounts([base], [head], production);
  expect(compared.functions).toEqual([
    { file: 'a.js', name: 'load', base: 10, head: 50 },
    { file: 'a.js', name: 'fresh', base: undefined, head: 1 },
  ]);
  expect(compared.calls).toEqual([
    { ...pair('list', 'a.js', 'load'), base: 1, head: 5, production: 1.01 },
    { ...pair('load', '', 'db orders'), base: 1, head: 2, production: 1 },
  ]);
  expect(compared).toMatchObject({ same: 2, unstable: [] });
});

it('says nothing of what differs between runs of the same code', () => {
  const compared = compareCounts([run(['poll', 3]), run(['poll', 4])], [run(['poll', 9]), run(['poll', 9])]);
  expect(compared).toMatchObject({ functions: [], calls: [], unstable: [{ name: 'poll' }] });
});

function pair(caller: string, file: string, callee: string) {
  return { caller: { file: 'a.js', name: caller }, callee: { file, name: callee } };
}
