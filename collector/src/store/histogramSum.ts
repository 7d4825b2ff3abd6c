import type { Histogram } from '@hindcast/core/histogram';
import { addEncodedBuckets, addHexBuckets } from './encodedHistogram.js';

/** A histogram that is added to in place; `value` gives what it holds by then. */
export class HistogramSum {
  private readonly buckets = new Map<number, number>();
  private zeroCount = 0;
  private count = 0;
  private sumSeconds = 0;
  private approximate = false;

  /** Adds durations of `seconds` in bucket `index`; undefined is the bucket of zero. */
  addDuration(index: number | undefined, seconds: number): void {
    if (index === undefined) this.zeroCount++;
    else this.buckets.set(index, (this.buckets.get(index) ?? 0) + 1);
    this.count++;
    this.sumSeconds += seconds;
  }

  add(histogram: Histogram): void {
    for (const [index, count] of histogram.buckets) this.buckets.set(index, (this.buckets.get(index) ?? 0) + count);
    this.zeroCount += histogram.zeroCount;
    this.count += histogram.count;
    this.sumSeconds += histogram.sumSeconds;
    this.approximate ||= histogram.approximate;
  }

  /** Adds a histogram as the database holds it. */
  addEncoded(buckets: Uint8Array, zeroCount: number, sumSeconds: number, approximate: boolean): void {
    this.count += addEncodedBuckets(buckets, this.buckets) + zeroCount;
    this.zeroCount += zeroCount;
    this.sumSeconds += sumSeconds;
    this.approximate ||= approximate;
  }

  /** Adds many such histograms, their buckets as `addHexBuckets` takes them. */
  addHex(buckets: string, zeroCount: number, sumSeconds: number, approximate: boolean): void {
    this.count += addHexBuckets(buckets, this.buckets) + zeroCount;
    this.zeroCount += zeroCount;
    this.sumSeconds += sumSeconds;
    this.approximate ||= approximate;
  }

  value(): Histogram {
    const { buckets, zeroCount, count, sumSeconds, approximate } = this;
    return { buckets, zeroCount, count, sumSeconds, approximate };
  }
}
