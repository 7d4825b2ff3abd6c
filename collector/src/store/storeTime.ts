import { retention } from './store.js';
import type { Minute } from './model.js';

export const MINUTE_MS = 60_000;

export function minuteOf(ms: number): Minute {
  return Math.floor(ms / MINUTE_MS);
}

/** The first minute of the hour of this minute. */
export function hourStart(minute: Minute): Minute {
  return minute - (((minute % 60) + 60) % 60);
}

/** Minutes before this one are kept at the resolution of an hour. */
export function minuteCutoff(nowMs: number): Minute {
  return hourStart(minuteOf(nowMs)) - retention.minuteHours * 60;
}

/** Numbers before this minute are no longer kept. */
export function hourCutoff(nowMs: number): Minute {
  return hourStart(minuteOf(nowMs)) - retention.hourDays * 24 * 60;
}

/** What was not heard of since this minute is forgotten. Two days behind `hourCutoff`: senders' clocks may be a day ahead. */
export function catalogCutoff(nowMs: number): Minute {
  return hourCutoff(nowMs) - 2 * 24 * 60;
}
