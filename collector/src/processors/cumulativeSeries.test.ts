import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPoint, type OtlpMetric, type OtlpPoint } from '../otlp/model.js';
import { CumulativeSeries } from './cumulativeSeries.js';
import type { Rejections } from './limits.js';

const STARTED_MS = Date.UTC(2026, 10, 19, 12);

function time(ms: number): [high: number, low: number] {
  const nanoseconds = BigInt(ms) * 1_000_000n;
  return [Number(nanoseconds >> 32n), Number(nanoseconds & 0xffffffffn)];
}

function point(startMs: number, endMs: number, more: Partial<OtlpPoint>, name = 'f'): OtlpPoint {
  const [startHigh, startLow] = startMs === 0 ? [0, 0] : time(startMs);
  const [timeHigh, timeLow] = time(endMs);
  return {
    ...emptyPoint(),
    attributes: new Map([['code.function.name', name]]),
    startHigh,
    startLow,
    timeHigh,
    timeLow,
    ...more,
  };
}

function setUp() {
  const series = new CumulativeSeries(STARTED_MS);
  return (kind: OtlpMetric['kind'], points: OtlpPoint[], isStored = true) => {
    const rejections: Rejections = new Map();
    const batch = series.begin();
    const metric = { name: 'm', kind, temporality: 2, monotonic: true, points };
    const [group] = batch.delta(
      [{ resource: new Map([['service.name', 's']]), metrics: [metric] }],
      STARTED_MS,
      rejections,
    );
    if (isStored) batch.commit();
    return { points: group?.metrics[0]?.points ?? [], temporality: group?.metrics[0]?.temporality, rejections };
  };
}
const values = ({ points }: { points: readonly OtlpPoint[] }): number[] => points.map(({ value }) => value);
const before = STARTED_MS - 60_000;
const after = STARTED_MS + 1_000;

class Sum {
  readonly counts = new Map<number, number>();

  add(index: number, count: number): void {
    if (count > 0) this.counts.set(index, (this.counts.get(index) ?? 0) + count);
  }
}

describe('cumulative series', () => {
  it('become what was added since the point before', () => {
    const read = setUp();
    expect(values(read('sum', [point(after, after + 1, { value: 5 })]))).toEqual([5]);
    expect(read('sum', [point(after, after + 2, { value: 12 })])).toMatchObject({
      points: [{ value: 7 }],
      temporality: 1,
    });
    const [next] = read('sum', [point(after, after + 3, { value: 12 })]).points;
    expect([next?.value, next?.startHigh, next?.startLow]).toEqual([0, ...time(after + 2)]);
  });

  it('that began before this collector are counted from their first point on', () => {
    const read = setUp();
    expect(values(read('sum', [point(before, after, { value: 1000 })]))).toEqual([]);
    expect(values(read('sum', [point(before, after + 1, { value: 1003 })]))).toEqual([3]);
    expect(values(read('sum', [point(0, after + 1, { value: 9 }, 'without a start')]))).toEqual([]);
  });

  it.each<[string, OtlpPoint, number]>([
    ['with another start', point(after + 50, after + 60, { value: 20 }), 20],
    ['with less than before', point(after, after + 60, { value: 4 }), 4],
  ])('%s begin anew', (_case, reset, expected) => {
    const read = setUp();
    read('sum', [point(after, after + 1, { value: 10 })]);
    expect(values(read('sum', [reset]))).toEqual([expected]);
  });

  it('take points that come again, or late, for duplicates', () => {
    const read = setUp();
    read('sum', [point(after, after + 5, { value: 10 })]);
    const late = read('sum', [point(after, after + 5, { value: 10 }), point(after, after + 2, { value: 4 })]);
    expect(values(late)).toEqual([]);
    expect(late.rejections).toEqual(new Map([['duplicate', 2]]));
    expect(values(read('sum', [point(after, after + 6, { value: 11 })]))).toEqual([1]);
  });

  it('that could not be stored are counted when they come again', () => {
    const read = setUp();
    read('sum', [point(after, after + 1, { value: 5 })]);
    expect(values(read('sum', [point(after, after + 2, { value: 9 })], false))).toEqual([4]);
    expect(values(read('sum', [point(after, after + 3, { value: 10 })]))).toEqual([5]);
  });

  it('of explicit buckets are subtracted by bucket', () => {
    const read = setUp();
    const explicitBounds = [0.1, 1];
    read('histogram', [point(after, after + 1, { count: 6, sum: 3, explicitBounds, bucketCounts: [1, 2, 3] })]);
    expect(
      read('histogram', [point(after, after + 2, { count: 9, sum: 4, explicitBounds, bucketCounts: [1, 4, 4] })])
        .points,
    ).toMatchObject([{ count: 3, sum: 1, bucketCounts: [0, 2, 1] }]);
  });

  it('of exponential buckets add up to the last point, whatever scales they come in', () => {
    const added = fc.array(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(added, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }), (steps, coarser) => {
        const read = setUp();
        let scale = 12;
        const all: number[] = [];
        // Compared at scale -2, which is coarser than any that comes.
        const coarse = new Sum();
        for (const [i, indexes] of steps.entries()) {
          all.push(...indexes);
          scale -= coarser[i] ?? 0;
          const shift = 12 - scale;
          const present = all.map((index) => index >> shift);
          const offset = Math.min(0, ...present);
          const counts = new Array<number>(Math.max(0, ...present) - offset + 1).fill(0);
          for (const index of present) counts[index - offset] = (counts[index - offset] ?? 0) + 1;
          const [delta] = read('exponentialHistogram', [
            point(after, after + 1 + i, { count: all.length, sum: all.length, scale, positive: { offset, counts } }),
          ]).points;
          const { offset: from, counts: found } = delta?.positive ?? { offset: 0, counts: [] };
          for (const [at, n] of found.entries()) coarse.add((from + at) >> (scale + 2), n);
        }
        const expected = new Sum();
        for (const index of all) expected.add(index >> 14, 1);
        expect(coarse.counts).toEqual(expected.counts);
      }),
    );
  });
});
