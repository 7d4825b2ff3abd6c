import type { Minute } from './model.js';
import type { StoreClock } from './sqliteSchema.js';
import { hourStart } from './storeTime.js';

/** A stretch of time and the tables that hold it: `from` is in it, `to` is not. */
export interface Segment {
  readonly suffix: 'minute' | 'hour';
  readonly from: Minute;
  readonly to: Minute;
}

/** Later than any minute, and a number that SQLite takes. */
const FOREVER: Minute = Number.MAX_SAFE_INTEGER;

/**
 * What to read for everything since a minute, each number once: full hours that are rolled up from the tables by hour, what
 * is before and after them from those by minute. Where the minutes are gone, from the beginning of the hour.
 */
export function segmentsSince(fromMinute: Minute, { minuteCutoff, rolledUntil }: StoreClock): Segment[] {
  const from = fromMinute < minuteCutoff ? hourStart(fromMinute) : fromMinute;
  const firstHour = hourStart(from + 59);
  if (firstHour >= rolledUntil) return [{ suffix: 'minute', from, to: FOREVER }];
  const segments: Segment[] = [
    { suffix: 'minute', from, to: firstHour },
    { suffix: 'hour', from: firstHour, to: rolledUntil },
    { suffix: 'minute', from: rolledUntil, to: FOREVER },
  ];
  return segments.filter((segment) => segment.from < segment.to);
}

const MAX_GAP = 32;

/** Ids as ranges that may hold a few others too: functions of one file nearly always have ids in a row. */
export function idRanges(ids: readonly number[]): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && id - range[1] <= MAX_GAP) range[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}
