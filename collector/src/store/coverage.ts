import type { Interval, Minute } from './model.js';

/** The seconds of one minute that were covered: bit i of `low` is second i, bit i of `high` is second 30 + i. */
export interface MinuteCoverage {
  readonly minute: Minute;
  readonly low: number;
  readonly high: number;
}

/**
 * The seconds an interval covers: those whose middle lies in it, so that intervals which follow each other cover each second
 * once; the first second where it holds no middle at all.
 */
export function coverageOf({ startMs, endMs }: Interval): MinuteCoverage[] {
  if (!(endMs > startMs)) return [];
  let from = Math.round(startMs / 1000);
  let to = Math.round(endMs / 1000);
  if (to <= from) {
    from = Math.floor(startMs / 1000);
    to = from + 1;
  }
  const covered: MinuteCoverage[] = [];
  for (let minute = Math.floor(from / 60); minute * 60 < to; minute++) {
    const begin = Math.max(0, from - minute * 60);
    const stop = Math.min(60, to - minute * 60);
    covered.push({ minute, low: bits(begin, Math.min(stop, 30)), high: bits(begin - 30, stop - 30) });
  }
  return covered;
}

/** How many seconds these 60 bits hold. */
export function coveredSeconds(low: number, high: number): number {
  return popCount(low) + popCount(high);
}

/** Bits `from` to `to` - 1 of a 30-bit word. */
function bits(from: number, to: number): number {
  const start = Math.max(0, from);
  const end = Math.min(30, to);
  return end > start ? 2 ** end - 2 ** start : 0;
}

function popCount(word: number): number {
  let left = word;
  let count = 0;
  for (; left !== 0; left &= left - 1) count++;
  return count;
}
