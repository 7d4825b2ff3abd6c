import type { Histogram } from '@hindcast/core/histogram';
import { eachEncodedBucket } from './encodedHistogram.js';

/** Buckets on both sides of the first one: durations of a function are seldom further apart. */
const SLACK = 32;
/** Wider than what any function does: absurd durations shall not cost memory. */
const MAX_DENSE = 2048;
/** More than fits into two bytes of seven bits. */
const TWO_BYTES = 1 << 14;

/** A histogram that is added to in place; `value` gives what it holds by then. */
export class HistogramSum {
  /** Counts of the buckets from `first` on: those of one function lie close together. */
  private counts: number[] = [];
  private first = 0;
  /** Instead of `counts`, once they would be too many. */
  private sparse: Map<number, number> | undefined;
  private zeroCount = 0;
  private count = 0;
  private sumSeconds = 0;
  private approximate = false;

  /** Adds durations of `seconds` in bucket `index`; undefined is the bucket of zero. */
  addDuration(index: number | undefined, seconds: number): void {
    if (index === undefined) this.zeroCount++;
    else this.addBucket(index, 1);
    this.count++;
    this.sumSeconds += seconds;
  }

  add(histogram: Histogram): void {
    for (const [index, count] of histogram.buckets) this.addBucket(index, count);
    this.addRest(histogram.count, histogram.zeroCount, histogram.sumSeconds, histogram.approximate);
  }

  /** Adds a histogram as the database holds it: its buckets are `bytes` from `start` up to `end` (encodedHistogram.ts). */
  addEncoded(
    bytes: Uint8Array,
    zeroCount: number,
    sumSeconds: number,
    approximate: boolean,
    start = 0,
    end = bytes.length,
  ): void {
    let index = 0;
    let timed = 0;
    let position = start;
    // There are millions of buckets, and nearly all are of one or two bytes each for distance and count.
    while (position < end) {
      let next = position;
      let zigzag = bytes[next++] ?? 0;
      if (zigzag > 127) zigzag = (zigzag & 127) | ((bytes[next++] ?? 0) << 7);
      let count = bytes[next++] ?? 0;
      if (count > 127) count = (count & 127) | ((bytes[next++] ?? 0) << 7);
      if ((zigzag | count) >= TWO_BYTES || next > end) break;
      position = next;
      index += (zigzag >>> 1) ^ -(zigzag & 1);
      timed += count;
      const at = index - this.first;
      if (at >= 0 && at < this.counts.length) this.counts[at] = (this.counts[at] ?? 0) + count;
      else this.addBucket(index, count);
    }
    if (position < end) timed += eachEncodedBucket(bytes, position, end, this.addBucket, index);
    this.addRest(timed + zeroCount, zeroCount, sumSeconds, approximate);
  }

  value(): Histogram {
    const { zeroCount, count, sumSeconds, approximate } = this;
    const buckets = new Map(this.sparse);
    for (let i = 0; i < this.counts.length; i++) {
      const of = this.counts[i] ?? 0;
      if (of !== 0) buckets.set(this.first + i, of);
    }
    return { buckets, zeroCount, count, sumSeconds, approximate };
  }

  private readonly addBucket = (index: number, count: number): void => {
    const at = index - this.first;
    if (!this.sparse && (at < 0 || at >= this.counts.length)) this.grow(index);
    if (this.sparse) {
      this.sparse.set(index, (this.sparse.get(index) ?? 0) + count);
      return;
    }
    const place = index - this.first;
    this.counts[place] = (this.counts[place] ?? 0) + count;
  };

  private addRest(count: number, zeroCount: number, sumSeconds: number, approximate: boolean): void {
    this.count += count;
    this.zeroCount += zeroCount;
    this.sumSeconds += sumSeconds;
    this.approximate ||= approximate;
  }

  private grow(index: number): void {
    const { counts } = this;
    const isEmpty = counts.length === 0;
    const first = isEmpty || index < this.first ? index - SLACK : this.first;
    const end = Math.max(isEmpty ? -Infinity : this.first + counts.length, index + SLACK);
    if (end - first > MAX_DENSE) {
      this.sparse = new Map(this.value().buckets);
      this.counts = [];
      return;
    }
    const grown = new Array<number>(end - first).fill(0);
    for (let i = 0; i < counts.length; i++) grown[this.first - first + i] = counts[i] ?? 0;
    this.counts = grown;
    this.first = first;
  }
}
