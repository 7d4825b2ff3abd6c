import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addEncodedBuckets, encodeBuckets } from './encodedHistogram.js';
import { HistogramSum } from './histogramSum.js';

const bucketsAround = (index: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(index, fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 20 }).map((pairs) => new Map(pairs));
// What a function does, and what a sender could make up.
const buckets = fc.oneof(
  bucketsAround(fc.integer({ min: -200, max: 50 })),
  bucketsAround(fc.integer({ min: -17_184, max: 17_184 })),
);
const sorted = (it: Iterable<readonly [number, number]>) => [...it].sort(([a], [b]) => a - b);

it('many encodings add up the same in a map and in a sum', () => {
  fc.assert(
    fc.property(fc.array(buckets, { maxLength: 6 }), (all) => {
      const encoded = all.map(encodeBuckets);
      const one = new Map<number, number>();
      const total = encoded.reduce((sum, bytes) => sum + addEncodedBuckets(bytes, one), 0);
      const ofBytes = new HistogramSum();
      // As they lie one after the other in a block.
      const together = Buffer.concat(encoded);
      let start = 0;
      for (const { length } of encoded) {
        ofBytes.addEncoded(together, 0, 0, false, start, start + length);
        start += length;
      }
      const ofValues = new HistogramSum();
      for (const it of all) {
        const count = [...it.values()].reduce((sum, of) => sum + of, 0);
        ofValues.add({ buckets: it, zeroCount: 0, count, sumSeconds: 0, approximate: false });
      }
      for (const sum of [ofBytes, ofValues]) {
        expect(sum.value().count).toBe(total);
        expect(sorted(sum.value().buckets)).toEqual(sorted(one));
      }
    }),
  );
});

it('bytes that are cut end', () => {
  expect(addEncodedBuckets(Uint8Array.of(255), new Map())).toBeGreaterThanOrEqual(0);
  new HistogramSum().addEncoded(Uint8Array.of(255), 0, 0, false);
});
