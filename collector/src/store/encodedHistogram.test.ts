import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addEncodedBuckets, addHexBuckets, encodeBuckets } from './encodedHistogram.js';

const buckets = fc
  .array(fc.tuple(fc.integer({ min: -17_184, max: 17_184 }), fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 20 })
  .map((pairs) => new Map(pairs));

it('many encodings add up the same one by one and as one text', () => {
  fc.assert(
    fc.property(fc.array(buckets, { maxLength: 6 }), (all) => {
      const encoded = all.map(encodeBuckets);
      const one = new Map<number, number>();
      const total = encoded.reduce((sum, bytes) => sum + addEncodedBuckets(bytes, one), 0);
      const other = new Map<number, number>();
      const hex = encoded.map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase()).join(',');
      expect(addHexBuckets(hex, other)).toBe(total);
      expect([...other].sort(([a], [b]) => a - b)).toEqual([...one].sort(([a], [b]) => a - b));
    }),
  );
});

it('a text that is cut ends', () => {
  expect(addHexBuckets('FF', new Map())).toBeGreaterThanOrEqual(0);
});
