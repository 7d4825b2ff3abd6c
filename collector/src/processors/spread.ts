import type { Histogram } from '@hindcast/core/histogram';
import { apportion } from '@hindcast/core/rates';
import type { Interval, Minute } from '../store/model.js';
import { MINUTE_MS, minuteOf } from '../store/storeTime.js';

/** A minute and the share of an interval that lies in it; the shares need not add up to anything. */
export interface Slot {
  readonly minute: Minute;
  readonly weight: number;
}

const MAX_SLOTS = 120;

/**
 * The minutes an interval lies in, weighted by the time in each. An interval of more than two hours gets evenly spaced minutes,
 * so that one request stays a bounded amount of work; one without length is all in its minute.
 */
export function slotsOf({ startMs, endMs }: Interval): Slot[] {
  if (endMs <= startMs) return [{ minute: minuteOf(endMs), weight: 1 }];
  const first = minuteOf(startMs);
  const last = Math.max(first, Math.ceil(endMs / MINUTE_MS) - 1);
  const step = Math.ceil((last - first + 1) / MAX_SLOTS);
  const slots: Slot[] = [];
  for (let minute = first; minute <= last; minute += step) {
    const from = Math.max(startMs, minute * MINUTE_MS);
    const to = Math.min(endMs, (minute + step) * MINUTE_MS);
    slots.push({ minute, weight: to - from });
  }
  return slots;
}

/** Splits a count over the slots, in whole parts that add up to it. */
export function spreadCount(count: number, slots: readonly Slot[]): number[] {
  return slots.length === 1
    ? [count]
    : apportion(
        count,
        slots.map((slot) => slot.weight),
      );
}

/** Splits a histogram over the slots: every bucket in whole parts that add up, the sum by the number of durations. */
export function spreadHistogram(histogram: Histogram, slots: readonly Slot[]): Histogram[] {
  if (slots.length === 1) return [histogram];
  const zeros = spreadCount(histogram.zeroCount, slots);
  const buckets = slots.map(() => new Map<number, number>());
  const counts = [...zeros];
  for (const [index, count] of histogram.buckets) {
    spreadCount(count, slots).forEach((part, slot) => {
      if (part === 0) return;
      buckets[slot]?.set(index, part);
      counts[slot] = (counts[slot] ?? 0) + part;
    });
  }
  return slots.map((_, slot) => {
    const count = counts[slot] ?? 0;
    return {
      buckets: buckets[slot] ?? new Map<number, number>(),
      zeroCount: zeros[slot] ?? 0,
      count,
      sumSeconds: histogram.count > 0 ? (histogram.sumSeconds * count) / histogram.count : 0,
      approximate: histogram.approximate,
    };
  });
}
