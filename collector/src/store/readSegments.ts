import type { Minute } from './model.js';
import type { Resolution } from './numberTables.js';
import type { StoreClock } from './sqliteSchema.js';
import { MINUTES_PER_DAY, dayStart, hourStart } from './storeTime.js';

/** A stretch of time and the tables that hold it: `from` is in it, `to` is not. */
export interface Segment {
  readonly suffix: Resolution;
  readonly from: Minute;
  readonly to: Minute;
}

/** Later than any minute, and a number that SQLite takes. */
const FOREVER: Minute = Number.MAX_SAFE_INTEGER;

type Kept = Pick<StoreClock, 'minuteCutoff' | 'hourCutoff'>;

/** Where a window really begins: at the full hour or day, where only these are kept. */
export function windowStart(fromMinute: Minute, { minuteCutoff, hourCutoff }: Kept): Minute {
  if (fromMinute >= minuteCutoff) return fromMinute;
  return fromMinute >= hourCutoff ? hourStart(fromMinute) : dayStart(fromMinute);
}

/**
 * What to read for everything since a minute, each number once: full days that are rolled up from the tables by day, full hours
 * around them from those by hour, what is before and after these from those by minute.
 * @param widthMinutes pieces that are wanted: where it can be had, nothing coarser is read
 */
export function segmentsSince(
  fromMinute: Minute,
  clock: Kept & Pick<StoreClock, 'rolledUntil' | 'daysUntil'>,
  widthMinutes = Infinity,
): Segment[] {
  const hoursEnd = widthMinutes < 60 ? clock.minuteCutoff : clock.rolledUntil;
  const daysEnd = widthMinutes < MINUTES_PER_DAY ? clock.hourCutoff : clock.daysUntil;
  const from = windowStart(fromMinute, clock);
  const firstHour = Math.min(hourStart(from + 59), Math.max(from, hoursEnd));
  const firstDay = Math.min(dayStart(firstHour + MINUTES_PER_DAY - 1), Math.max(firstHour, daysEnd));
  const lastDay = Math.max(firstDay, daysEnd);
  const lastHour = Math.max(lastDay, hoursEnd);
  const segments: Segment[] = [
    { suffix: 'minute', from, to: firstHour },
    { suffix: 'hour', from: firstHour, to: firstDay },
    { suffix: 'day', from: firstDay, to: lastDay },
    { suffix: 'hour', from: lastDay, to: lastHour },
    { suffix: 'minute', from: lastHour, to: FOREVER },
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
