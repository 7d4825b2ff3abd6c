import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, errorRate, perMinute } from './rates.js';

describe('apportion', () => {
  it('gives whole parts that add up to the total, each within one of its exact share', () => {
    const weights = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(1_000_000_000), weights, (total, list) => {
        const sum = list.reduce((a, b) => a + b, 0);
        const parts = apportion(total, list);
        expect(parts).toHaveLength(list.length);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(sum === 0 ? 0 : total);
        if (sum === 0) return;
        for (const [i, part] of parts.entries()) {
          expect(Number.isInteger(part)).toBe(true);
          expect(Math.abs(part - (total * (list[i] ?? 0)) / sum)).toBeLessThan(1);
        }
      }),
    );
  });

  it.each([
    ['an even split of an odd total favours the first', 3, [1, 1], [2, 1]],
    ['nothing to split', 0, [1, 2], [0, 0]],
    ['no weights', 5, [0, 0], [0, 0]],
    ['one taker', 7, [0, 3], [0, 7]],
  ])('%s', (_, total, weights, parts) => expect(apportion(total, weights)).toEqual(parts));
});

describe('rates', () => {
  it('divides by the observed time', () => {
    expect(perMinute(30, 30)).toBe(60);
    expect(perMinute(30, 0)).toBe(0);
  });

  it('never exceeds one', () => {
    expect(errorRate(1, 4)).toBe(0.25);
    expect(errorRate(5, 4)).toBe(1);
    expect(errorRate(0, 0)).toBe(0);
  });
});
