import { describe, expect, it } from 'vitest';
import { span } from './criticalPathFixtures.js';
import { ownerKey, pathOwner } from './criticalPathOwner.js';
import { traceTimeline } from './criticalPathTimeline.js';
import type { TraceSpan } from './criticalPathTree.js';

const named = (key: string) => ({ service: key, functionKey: key });

function ownerOf(id: string, spans: TraceSpan[]) {
  const timeline = traceTimeline(spans);
  return pathOwner(
    timeline,
    timeline.spans.findIndex((each) => each.id === id),
  );
}

const a = span('A', undefined, 0, 100);
const client = span('B', 'A', 10, 90, { kind: 'client' });

describe('pathOwner', () => {
  it.each<[string, string, TraceSpan[], unknown]>([
    ['a function’s span', 'A', [a], { type: 'function', ...named('A') }],
    [
      'a client span: the edge from the function around it to the one that answered',
      'B',
      [a, client, span('C', 'B', 20, 80, { kind: 'server' })],
      { type: 'edge', caller: named('A'), callee: named('C'), via: named('B') },
    ],
    ['nobody answered: a database', 'B', [a, client], { type: 'edge', caller: named('A'), via: named('B') }],
    [
      'a client within a client',
      'C',
      [a, client, span('C', 'B', 20, 80, { kind: 'client' })],
      { type: 'edge', caller: named('A'), via: named('C') },
    ],
    [
      'a client that nothing calls',
      'B',
      [{ ...client, parentId: undefined }],
      { type: 'edge', caller: named('B'), via: named('B') },
    ],
    [
      'several attempts: the first',
      'B',
      [a, client, span('D', 'B', 40, 80, { kind: 'server' }), span('C', 'B', 20, 80, { kind: 'server' })],
      { type: 'edge', caller: named('A'), callee: named('C'), via: named('B') },
    ],
  ])('%s', (_, id, spans, expected) => expect(ownerOf(id, spans)).toEqual(expected));
});

describe('ownerKey', () => {
  it('tells a function from an edge, and one edge from another', () => {
    const [f, g] = [named('f'), named('g')];
    const keys = [
      ownerKey({ type: 'function', ...f }),
      ownerKey({ type: 'edge', caller: f, via: f }),
      ownerKey({ type: 'edge', caller: f, callee: g, via: f }),
      ownerKey({ type: 'edge', caller: g, callee: f, via: f }),
      ownerKey({ type: 'function', service: 'f","', functionKey: 'f' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
