import { expect, test } from 'vitest';
import { sameCalls } from './sameCalls.js';

test.each([
  { what: 'one put before', older: ['a'], newer: ['b', 'a'], same: [[0], [1]] },
  { what: 'one put behind', older: ['a'], newer: ['a', 'b'], same: [[0], [0]] },
  {
    what: 'one put between',
    older: ['a', 'c'],
    newer: ['a', 'b', 'c'],
    same: [
      [0, 1],
      [0, 2],
    ],
  },
  { what: 'the first taken away', older: ['a', 'b'], newer: ['b'], same: [[1], [0]] },
  { what: 'another text', older: ['a'], newer: ['b'], same: [[0], [0]] },
  {
    what: 'another text beside an equal one',
    older: ['a', 'b'],
    newer: ['c', 'd', 'b'],
    same: [
      [0, 1],
      [0, 2],
    ],
  },
  {
    what: 'swapped',
    older: ['a', 'b'],
    newer: ['b', 'a'],
    same: [
      [0, 1],
      [0, 1],
    ],
  },
  { what: 'twice the same', older: ['a'], newer: ['a', 'a'], same: [[0], [0]] },
  { what: 'nothing before', older: [], newer: ['a'], same: [[], []] },
])('$what: which calls are the same', ({ older, newer, same }) => {
  const found = sameCalls(older, newer);
  const ascending = (places: ReadonlySet<number>) => [...places].sort((a, b) => a - b);
  expect([ascending(found.older), ascending(found.newer)]).toEqual(same);
});

test('very many calls are paired in their order', () => {
  const older = Array<string>(300).fill('a');
  const { older: before, newer: after } = sameCalls(older, ['b', ...older]);
  expect([before.size, after.size, after.has(300)]).toEqual([300, 300, false]);
});
