import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { bucketIndex } from '@hindcast/proto/durationBuckets';
import { quantile } from '@hindcast/core/histogram';
import { emptyPoint } from '../otlp/model.js';
import { fromExplicit, fromExponential } from './durationHistogram.js';

describe('exponential histograms', () => {
  it('of a finer scale land where the durations themselves would', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.double({ min: 1e-6, max: 1e5, noNaN: true }),
        (scale, seconds) => {
          const index = Math.ceil(Math.log2(seconds) * 2 ** scale) - 1;
          // Values at a bound may round to either side at the fine scale; those are not what is tested.
          fc.pre(Math.abs(Math.log2(seconds) * 2 ** scale - Math.round(Math.log2(seconds) * 2 ** scale)) > 1e-6);
          const histogram = fromExponential({ ...emptyPoint(), scale, positive: { offset: index, counts: [3] } });
          expect([...(histogram?.buckets ?? [])]).toEqual([[bucketIndex(seconds), 3]]);
          expect(histogram?.approximate).toBe(false);
        },
      ),
    );
  });

  it('of a coarser scale are spread, whole, and marked', () => {
    const histogram = fromExponential({
      ...emptyPoint(),
      scale: 2,
      zeroCount: 1,
      positive: { offset: -1, counts: [5] },
    });
    expect([...(histogram?.buckets ?? [])]).toEqual([
      [-4, 2],
      [-3, 1],
      [-2, 1],
      [-1, 1],
    ]);
    expect(histogram).toMatchObject({ count: 6, zeroCount: 1, approximate: true });
  });

  it.each([
    ['scale', { scale: 21 }],
    ['index', { scale: 4, positive: { offset: 2_000_000, counts: [1] } }],
    ['count', { scale: 4, positive: { offset: 0, counts: [-1] } }],
    ['sum', { scale: 4, sum: NaN }],
    ['sum of the counts', { scale: 4, positive: { offset: 0, counts: [2 ** 53 - 1, 2 ** 53 - 1] } }],
  ])('with an impossible %s are refused', (_case, more) => {
    expect(fromExponential({ ...emptyPoint(), ...more })).toBeUndefined();
  });
});

describe('explicit histograms', () => {
  it('are spread between their bounds and marked', () => {
    const histogram = fromExplicit({
      ...emptyPoint(),
      explicitBounds: [0.1, 0.2, 0.4],
      bucketCounts: [0, 100, 0, 10],
      sum: 20,
    });
    expect(histogram).toMatchObject({ count: 110, approximate: true, sumSeconds: 20 });
    const p50 = histogram && quantile(histogram, 0.5);
    const p99 = histogram && quantile(histogram, 0.99);
    expect(p50).toBeGreaterThan(0.1);
    expect(p50).toBeLessThan(0.2);
    expect(p99).toBeGreaterThan(0.4);
    expect(p99).toBeLessThan(0.85);
  });

  it.each([
    ['bounds that do not ascend', { explicitBounds: [2, 1], bucketCounts: [0, 0, 1] }],
    ['counts for other bounds', { explicitBounds: [1], bucketCounts: [1] }],
    ['a bound that is no number', { explicitBounds: [NaN], bucketCounts: [1, 1] }],
  ])('with %s are refused', (_case, more) => {
    expect(fromExplicit({ ...emptyPoint(), ...more })).toBeUndefined();
  });
});
