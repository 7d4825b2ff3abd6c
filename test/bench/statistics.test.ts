import { describe, expect, it } from 'vitest';
import { quantile, seededRandom, shuffled, summarise } from './statistics.mjs';

describe('quantile', () => {
  it.each([
    [[5], 0.99, 5],
    [[1, 2, 3], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 20], 0, 10],
    [[10, 20], 1, 20],
    [[0, 10, 20, 30, 40], 0.9, 36],
    [[100, 9, 20], 0.5, 20],
  ])('of %j at %d is %d', (values, q, expected) => {
    expect(quantile(values, q)).toBeCloseTo(expected, 10);
  });

  it('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});

it('a summary is the median and what lies around it', () => {
  const summary = summarise([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(summary).toEqual({ median: 6, p10: 2, p90: 10, n: 11 });
});

describe('the order of blocks', () => {
  const items = ['a', 'b', 'c', 'd', 'e'];
  const orders = (seed: number): string[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 50 }, () => shuffled(items, random).join(''));
  };

  it('is the same for the same seed and another for another', () => {
    expect(orders(7)).toEqual(orders(7));
    expect(orders(7)).not.toEqual(orders(8));
  });

  it('has every item once, and each of them first at some time', () => {
    for (const order of orders(1)) expect(order.split('').sort()).toEqual(items);
    expect(new Set(orders(1).map((order) => order[0])).size).toBe(items.length);
  });
});
