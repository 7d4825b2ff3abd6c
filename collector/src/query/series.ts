import { hindcast } from '@hindcast/proto/generated/query.js';
import { mergeHistograms } from '@hindcast/core/histogram';
import { retention, type SeriesPiece } from '../store/store.js';
import { MINUTES_PER_DAY, MINUTE_MS, minuteOf, pieceStart } from '../store/storeTime.js';
import type { Minute } from '../store/model.js';
import { groupBy } from './groupBy.js';
import { duration, histogramMessage, timestamp } from './messages.js';
import type { QueryScope } from './scope.js';

import v1 = hindcast.v1;

const HOUR = 60;
const WIDTHS = [1, 2, 5, 10, 15, 30, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, MINUTES_PER_DAY] as const;

/** The narrowest pieces of which there are at most so many in the window, and which the store keeps for all of it. */
export function pieceMinutes({ fromMinute }: QueryScope, nowMs: number, points: number): number {
  const now = minuteOf(nowMs);
  const kept =
    fromMinute < now - retention.hourDays * MINUTES_PER_DAY
      ? MINUTES_PER_DAY
      : fromMinute < now - retention.minuteHours * HOUR
        ? HOUR
        : 1;
  const count = (width: number): number => pieceStart(now, width) / width - pieceStart(fromMinute, width) / width + 1;
  const narrowest = WIDTHS.find((width) => width >= kept && count(width) <= points);
  if (narrowest !== undefined) return narrowest;
  let days = 2;
  while (count(days * MINUTES_PER_DAY) > points && days < 400) days++;
  return days * MINUTES_PER_DAY;
}

/** Oldest first, without gaps. */
export function seriesMessages(
  pieces: readonly SeriesPiece[],
  observed: ReadonlyMap<Minute, number>,
  { fromMinute }: QueryScope,
  nowMs: number,
  width: number,
): v1.SeriesPoint.$Properties[] {
  const at = groupBy(pieces, ({ minute }) => minute);
  const points: v1.SeriesPoint.$Properties[] = [];
  for (let start = pieceStart(fromMinute, width); start <= minuteOf(nowMs); start += width) {
    const some = at.get(start) ?? [];
    points.push({
      start: timestamp(start * MINUTE_MS),
      width: duration(width * 60),
      calls: some.reduce((all, { calls }) => all + calls, 0),
      errors: some.reduce((all, { errors }) => all + errors, 0),
      duration: histogramMessage(mergeHistograms(some.map(({ durations }) => durations))),
      observed: duration(observed.get(start) ?? 0),
    });
  }
  return points;
}
