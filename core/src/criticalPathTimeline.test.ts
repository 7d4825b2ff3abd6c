import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenTrace, span } from './criticalPathFixtures.js';
import { traceTimeline } from './criticalPathTimeline.js';
import type { TraceSpan } from './criticalPathTree.js';

const brokenTraces = fc
  .array(fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 }), { maxLength: 20 })
  .map(brokenTrace);

const a = span('A', undefined, 0, 100);
const client = { ...a, kind: 'client' as const };

describe('traceTimeline', () => {
  it.each<[string, TraceSpan[], string]>([
    ['within its parent', [a, span('B', 'A', 0, 100)], 'none'],
    ['after its parent’s end', [a, span('B', 'A', 50, 101)], 'clamped'],
    ['before its parent’s start', [a, span('B', 'A', -1, 50)], 'clamped'],
    ['wholly after', [a, span('B', 'A', 100, 150)], 'outside'],
    ['wholly before', [a, span('B', 'A', -50, 0)], 'outside'],
    ['on another clock', [client, span('B', 'A', 500, 550, { kind: 'server' })], 'shifted'],
    ['of a client that gave up', [client, span('B', 'A', 50, 550, { kind: 'server' })], 'clamped'],
  ])('tells what it did to a child %s', (_, spans, expected) => {
    const { spans: kept, adjustments } = traceTimeline(spans);
    expect(adjustments[kept.findIndex(({ id }) => id === 'B')]).toBe(expected);
    expect(adjustments[kept.findIndex(({ id }) => id === 'A')]).toBe('none');
  });

  it('puts every child within its parent, in no more time than it took', () => {
    fc.assert(
      fc.property(brokenTraces, (spans) => {
        const { spans: kept, parents, from, to } = traceTimeline(spans);
        kept.forEach(({ startNanos, endNanos }, index) => {
          const [start, end] = [from[index] ?? Number.NaN, to[index] ?? Number.NaN];
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end - start).toBeLessThanOrEqual(Math.max(0, endNanos - startNanos));
          const parent = parents[index] ?? -1;
          if (parent === -1) return;
          expect(start).toBeGreaterThanOrEqual(from[parent] ?? Number.NaN);
          expect(end).toBeLessThanOrEqual(to[parent] ?? Number.NaN);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('lists children that take time by their end, those waited for one after the other', () => {
    fc.assert(
      fc.property(brokenTraces, (spans) => {
        const timeline = traceTimeline(spans);
        const { from, to, blocking, blockingCounts, childOffsets, awaited } = timeline;
        timeline.spans.forEach((_, index) => {
          const first = childOffsets[index] ?? 0;
          const listed = [...blocking.subarray(first, first + (blockingCounts[index] ?? 0))];
          const ends = listed.map((child) => to[child] ?? Number.NaN);
          expect(ends).toEqual([...ends].sort((x, y) => y - x));
          const waited = listed.filter((child) => awaited[child] === 1).reverse();
          expect(waited.length > 0).toBe(listed.length > 0);
          waited
            .slice(1)
            .forEach((child, i) => expect(from[child]).toBeGreaterThanOrEqual(to[waited[i] ?? -1] ?? Number.NaN));
        });
      }),
      { numRuns: 500 },
    );
  });
});
