import type { Histogram } from '@hindcast/core/histogram';
import { eachEncodedBucket, eachHexBucket } from './encodedHistogram.js';

const SLACK = 16;
/** Wider than what any function does: absurd durations shall not cost memory. */
const MAX_DENSE = 2048;

/** A histogram that is added to in place; `value` gives what it holds by then. */
export class HistogramSum {
  /** Counts of the buckets from `first` on: those of one function lie close together. */
  private counts = new Float64Array(0);
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

  /** Adds a histogram as the database holds it. */
  addEncoded(buckets: Uint8Array, zeroCount: number, sumSeconds: number, approximate: boolean): void {
    const timed = eachEncodedBucket(buckets, 0, buckets.length, this.addBucket);
    this.addRest(timed + zeroCount, zeroCount, sumSeconds, approximate);
  }

  /** Adds many such histograms, their buckets as `eachHexBucket` takes them. */
  addHex(buckets: string, zeroCount: number, sumSeconds: number, approximate: boolean): void {
    const timed = eachHexBucket(buckets, this.addBucket);
    this.addRest(timed + zeroCount, zeroCount, sumSeconds, approximate);
  }

  value(): Histogram {
    const { zeroCount, count, sumSeconds, approximate } = this;
    const buckets = new Map(this.sparse);
    this.counts.forEach((of, i) => {
      if (of !== 0) buckets.set(this.first + i, of);
    });
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
    const isEmpty = this.counts.length === 0;
    const first = isEmpty ? index : Math.min(this.first, index - (index < this.first ? SLACK : 0));
    const end = isEmpty ? index + 1 : Math.max(this.first + this.counts.length, index + SLACK);
    if (end - first > MAX_DENSE) {
      this.sparse = new Map(this.value().buckets);
      this.counts = new Float64Array(0);
      return;
    }
    const grown = new Float64Array(end - first);
    grown.set(this.counts, isEmpty ? 0 : this.first - first);
    this.counts = grown;
    this.first = first;
  }
}
