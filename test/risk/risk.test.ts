import { describe, expect, it } from 'vitest';
import { randomFrom } from '@hindcast/core/statistics/simulation';
import { HARMLESS_EDITS } from './edits.js';
import { evaluateRisk } from './evalRisk.js';
import { harmOf } from './harm.js';
import { auc, rankCorrelation } from './ranking.js';
import { simulate } from './simulate.js';
import { makeProgram } from './topologies.js';

it.each<[number[], boolean[], number]>([
  [[1, 2, 3, 4], [false, false, true, true], 1],
  [[1, 2, 3, 4], [true, true, false, false], 0],
  [[1, 1, 1, 1], [true, false, true, false], 0.5],
  [[1, 3, 2, 4], [false, true, true, false], 0.5],
])('scores %j of harmful ones %j have an area of %s', (scores, isHarmful, expected) => {
  expect(auc(scores, isHarmful)).toBe(expected);
});

it('correlates ranks, not values', () => {
  expect(rankCorrelation([1, 2, 3], [10, 100, 101])).toBeCloseTo(1);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
});

describe('a simulated program', () => {
  const program = makeProgram('shop', randomFrom(3));
  const first = simulate(program, 50);

  it.each(['reformatted', 'comments', 'local renamed', 'function renamed', 'moved', 'unused function'])(
    'does the same when it is %s',
    (kind) => {
      const random = randomFrom(4);
      for (const fn of program.functions.slice(0, 20)) {
        const edited = HARMLESS_EDITS[kind]?.(program, fn, random);
        if (edited) expect(harmOf(first, simulate(edited, 50, first)).total).toBe(0);
      }
    },
  );
});

it('the risk ranks harmful commits of other topologies above harmless ones, which their size does not', async () => {
  const figures = await evaluateRisk({ changesPerTopology: 30, seeds: [9] });
  expect(figures).toMatchObject({ changes: 90, topologies: 3 });
  expect(figures.auc).toBeGreaterThan(0.85);
  expect(figures.auc).toBeGreaterThan(figures.aucBaselines.size);
  expect(figures.auc).toBeGreaterThan(figures.aucBaselines.churn);
}, 300_000);
