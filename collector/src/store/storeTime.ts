import { retention } from './store.js';
import type { Minute } from './model.js';

export const MINUTE_MS = 60_000;
export const MINUTES_PER_DAY = 1440;

export function minuteOf(ms: number): Minute {
  return Math.floor(ms / MINUTE_MS);
}

/** The first minute of the hour of this minute. */
export function hourStart(minute: Minute): Minute {
  return minute - (((minute % 60) + 60) % 60);
}

/** The first minute of the day (UTC) of this minute. */
export function dayStart(minute: Minute): Minute {
  return minute - (((minute % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY);
}

/** The first minute of the piece of this width that the minute is in. */
export function pieceStart(minute: Minute, widthMinutes: number): Minute {
  return Math.floor(minute / widthMinutes) * widthMinutes;
}

/** Minutes before this one are kept at the resolution of an hour. */
export function minuteCutoff(nowMs: number): Minute {
  return hourStart(minuteOf(nowMs)) - retention.minuteHours * 60;
}

/** Minutes before this one are kept at the resolution of a day. */
export function hourCutoff(nowMs: number): Minute {
  return dayStart(minuteOf(nowMs)) - retention.hourDays * MINUTES_PER_DAY;
}

/** Numbers before this minute are no longer kept. */
export function dayCutoff(nowMs: number): Minute {
  return dayStart(minuteOf(nowMs)) - retention.dayDays * MINUTES_PER_DAY;
}

/** What was not heard of since this minute is forgotten. Two days behind `dayCutoff`: senders' clocks may be a day ahead. */
export function catalogCutoff(nowMs: number): Minute {
  return dayCutoff(nowMs) - 2 * MINUTES_PER_DAY;
}
