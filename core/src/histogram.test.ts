import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketIndex, bucketUpperBound } from '@hindcast/proto/durationBuckets';
import { downscaleIndex, emptyHistogram, histogramOf, mergeHistograms, quantile } from './histogram.js';

/** Durations from a nanosecond to a day, evenly over the orders of magnitude. */
const seconds = fc.double({ min: -9, max: 5, noNaN: true }).map((exponent) => 10 ** exponent);
const samples = fc.array(seconds, { minLength: 1, maxLength: 200 });
const RELATIVE_ERROR = 2 ** (1 / 32) - 1;

const plain = (h: ReturnType<typeof histogramOf>) => ({
  buckets: [...h.buckets].sort((a, b) => a[0] - b[0]),
  zero: h.zeroCount,
  count: h.count,
});

describe('bucketIndex', () => {
  it('puts every duration above its bucket’s lower bound and at or below its upper one', () => {
    fc.assert(
      fc.property(seconds, (value) => {
        const index = bucketIndex(value);
        if (index === undefined) throw new Error('no bucket');
        expect(value).toBeGreaterThan(bucketUpperBound(index - 1));
        expect(value).toBeLessThanOrEqual(bucketUpperBound(index));
      }),
    );
  });

  it.each([
    ['one second is the top of bucket -1', 1, -1],
    ['two seconds', 2, 15],
    ['just above one second', 1.0000000001, 0],
    ['one millisecond', 0.001, -160],
  ])('%s', (_, value, index) => expect(bucketIndex(value)).toBe(index));

  it('keeps every bound in its own bucket, and the next larger number out of it', () => {
    for (let index = -480; index <= 300; index++) {
      expect(bucketIndex(bucketUpperBound(index))).toBe(index);
      expect(bucketIndex(bucketUpperBound(index) * (1 + 2 ** -52))).toBe(index + 1);
    }
  });

  it.each([0, -1, Number.NaN, Infinity])('has no bucket for %s', (value) => expect(bucketIndex(value)).toBeUndefined());
});

describe('quantile', () => {
  it('is within 2.17 % of the exact nearest-rank quantile', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(0, 0.1, 0.5, 0.9, 0.99, 1), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
        const estimate = quantile(histogramOf(values), q) ?? Number.NaN;
        expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
      }),
    );
    expect(RELATIVE_ERROR).toBeLessThan(0.0219);
  });

  it('is unknown for an empty histogram and zero where the zeros are', () => {
    expect(quantile(emptyHistogram, 0.5)).toBeUndefined();
    expect(quantile(histogramOf([0, 0, 0, 1]), 0.5)).toBe(0);
    expect(quantile(histogramOf([0, 0, 0, 1]), 0.9)).toBeGreaterThan(0.9);
  });

  it('ignores what is not a duration', () => {
    expect(histogramOf([Number.NaN, -1, Infinity]).count).toBe(0);
  });
});

describe('mergeHistograms', () => {
  it('equals the histogram of all values, in any order and grouping', () => {
    fc.assert(
      fc.property(samples, samples, samples, (a, b, c) => {
        const whole = plain(histogramOf([...a, ...b, ...c]));
        const [ha, hb, hc] = [histogramOf(a), histogramOf(b), histogramOf(c)];
        expect(plain(mergeHistograms([ha, hb, hc]))).toEqual(whole);
        expect(plain(mergeHistograms([hc, mergeHistograms([hb, ha])]))).toEqual(whole);
      }),
    );
  });

  it('is approximate as soon as one part is', () => {
    expect(mergeHistograms([emptyHistogram, { ...emptyHistogram, approximate: true }]).approximate).toBe(true);
  });
});

describe('downscaleIndex', () => {
  it('puts a finer bucket into the one that holds all of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20000, max: 20000 }), fc.integer({ min: 4, max: 20 }), (index, scale) => {
        const upperBound = 2 ** ((index + 1) / 2 ** scale);
        fc.pre(upperBound > 0 && upperBound < 1e300);
        expect(downscaleIndex(index, scale)).toBe(Math.ceil((index + 1) / 2 ** (scale - 4)) - 1);
      }),
    );
  });

  it('refuses to refine', () => expect(() => downscaleIndex(0, 3)).toThrow(RangeError));
});
