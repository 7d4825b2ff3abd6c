import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustedPValues } from './benjaminiHochberg.js';
import { normalUpperTail } from './distributions.js';
import { normalFrom, randomFrom } from './simulation.js';

describe('adjustedPValues', () => {
  it.each<[string, number[], number[]]>([
    ['none', [], []],
    ['one', [0.03], [0.03]],
    ['in the order of the input', [0.04, 0.01, 0.03], [0.04, 0.03, 0.04]],
    ['never more than the next larger one', [0.01, 0.02, 0.021], [0.021, 0.021, 0.021]],
    ['equal ones alike', [0.02, 0.02], [0.02, 0.02]],
    ['never above 1', [0.9, 1, 2], [1, 1, 1]],
    ['what is not a number is no finding', [Number.NaN, 0.01], [1, 0.02]],
  ])('%s', (_, pValues, expected) => {
    adjustedPValues(pValues).forEach((p, i) => expect(p).toBeCloseTo(expected[i] ?? Number.NaN, 12));
    expect(adjustedPValues(pValues)).toHaveLength(expected.length);
  });

  it('finds what the step-up rule finds, at every level', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(p, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        (pValues, q) => {
          const sorted = [...pValues].sort((a, b) => a - b);
          const rank = sorted.findLastIndex((value, i) => (value * sorted.length) / (i + 1) <= q);
          const limit = rank < 0 ? -1 : (sorted[rank] ?? -1);
          expect(adjustedPValues(pValues).map((adjusted) => adjusted <= q)).toEqual(
            pValues.map((value) => value <= limit),
          );
        },
      ),
    );
  });

  it('keeps the share of false findings at 5 %, where taking every p below 5 % does not', () => {
    const random = randomFrom(1);
    let adjustedShares = 0;
    let plainShares = 0;
    let found = 0;
    for (let run = 0; run < 400; run++) {
      // 20 of 200 functions got worse.
      const pValues = Array.from({ length: 200 }, (_, i) => normalUpperTail(normalFrom(random) + (i < 20 ? 4 : 0)));
      const falseShare = (values: number[]) => {
        const findings = values.flatMap((p, i) => (p <= 0.05 ? [i] : []));
        return findings.filter((i) => i >= 20).length / Math.max(1, findings.length);
      };
      const adjusted = adjustedPValues(pValues);
      adjustedShares += falseShare(adjusted) / 400;
      plainShares += falseShare(pValues) / 400;
      found += adjusted.slice(0, 20).filter((p) => p <= 0.05).length / 20 / 400;
    }
    expect(adjustedShares).toBeLessThan(0.055);
    expect(adjustedShares).toBeGreaterThan(0.03);
    expect(plainShares).toBeGreaterThan(0.25);
    expect(found).toBeGreaterThan(0.9);
  });
});
