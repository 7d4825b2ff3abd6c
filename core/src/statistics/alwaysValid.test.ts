import { describe, expect, it } from 'vitest';
import { alwaysValidPValue, normalScore } from './alwaysValid.js';
import { normalUpperTail } from './distributions.js';
import { normalFrom, randomFrom } from './simulation.js';

it.each([-6, -1, 0, 0.5, 3, 9, 30])('the score of the chance beyond %s is it', (score) => {
  expect(normalScore(normalUpperTail(score))).toBeCloseTo(score, 3);
});

describe('alwaysValidPValue', () => {
  it('is more careful than one look, and falls with the score', () => {
    for (const minutes of [5, 15, 60]) {
      const of = [0.5, 1e-2, 1e-4, 1e-8, 0].map((p) => alwaysValidPValue(p, minutes));
      expect(of).toEqual(of.toSorted((a, b) => b - a));
      for (const [i, p] of [0.5, 1e-2, 1e-4, 1e-8].entries()) expect(of[i]).toBeGreaterThan(p);
    }
  });

  /** Shares of runs of 60 minutes in which any of the looks after each minute is at most `alpha`. */
  const everAtMost = (alpha: number, shift: number): { always: number; once: number } => {
    const random = randomFrom(7);
    const runs = 600;
    let [always, once] = [0, 0];
    for (let run = 0; run < runs; run++) {
      let sum = 0;
      let [isAlways, isOnce] = [false, false];
      for (let minutes = 1; minutes <= 60; minutes++) {
        sum += normalFrom(random) + shift;
        const p = normalUpperTail(sum / Math.sqrt(minutes));
        isOnce ||= p <= alpha;
        isAlways ||= alwaysValidPValue(p, minutes) <= alpha;
      }
      always += Number(isAlways);
      once += Number(isOnce);
    }
    return { always: always / runs, once: once / runs };
  };

  it('keeps its promise over sixty looks, which p-values of single looks do not', () => {
    const { always, once } = everAtMost(0.05, 0);
    expect(always).toBeLessThanOrEqual(0.05);
    expect(once).toBeGreaterThan(0.1);
  });

  it('finds what is there', () => {
    expect(everAtMost(0.001, 1.2).always).toBeGreaterThan(0.99);
  });
});
