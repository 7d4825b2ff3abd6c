import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayStart, hourStart, minuteOf } from '../storeTime.js';
import { Cutoffs } from './factWindow.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12, 34);
const NOW = minuteOf(NOW_MS);
const DAY = 1440;
const WIDTHS = { fact_minute: 1, fact_hour: 60, fact_day: DAY };

describe('the parts of a window', () => {
  const cutoffs = new Cutoffs(NOW_MS);

  it('are minutes to the next hour, hours to the next day, and days', () => {
    expect(cutoffs.parts(NOW - DAY)).toEqual([
      { table: 'fact_minute', from: NOW - DAY, to: hourStart(NOW) - DAY + 60 },
      { table: 'fact_hour', from: hourStart(NOW) - DAY + 60, to: dayStart(NOW) },
      { table: 'fact_day', from: dayStart(NOW), to: undefined },
    ]);
    expect(cutoffs.parts(dayStart(NOW))).toEqual([{ table: 'fact_day', from: dayStart(NOW), to: undefined }]);
  });

  it('begin at the full hour or day where nothing finer is kept', () => {
    expect(cutoffs.start(NOW - 3 * DAY)).toBe(hourStart(NOW) - 3 * DAY);
    expect(cutoffs.start(NOW - 36 * DAY)).toBe(dayStart(NOW) - 36 * DAY);
    expect(cutoffs.start(0)).toBe(cutoffs.dayCutoff);
  });

  it('hold every minute once, at a resolution that is kept and that is asked for', () => {
    const width = fc.constantFrom(1, 5, 30, 60, 240, DAY, 2 * DAY);
    fc.assert(
      fc.property(fc.integer({ min: NOW - 500 * DAY, max: NOW }), width, (from, widthMinutes) => {
        const parts = cutoffs.parts(from, widthMinutes);
        expect(parts[0]?.from).toBe(cutoffs.start(from));
        expect(parts.at(-1)?.to).toBeUndefined();
        for (const [i, part] of parts.entries()) {
          if (i > 0) expect(part.from).toBe(parts[i - 1]?.to);
          // Rows of a coarse table stand at the beginning of their time: none of it may lie in the part before.
          expect(part.from % WIDTHS[part.table]).toBe(0);
          if (part.table === 'fact_minute') expect(part.from).toBeGreaterThanOrEqual(cutoffs.minuteCutoff);
          if (part.table === 'fact_hour') expect(part.from).toBeGreaterThanOrEqual(cutoffs.hourCutoff);
          const isAllOld = part.to !== undefined && part.to <= cutoffs.minuteCutoff;
          if (!isAllOld && part.from >= cutoffs.minuteCutoff) expect(widthMinutes % WIDTHS[part.table]).toBe(0);
        }
      }),
    );
  });

  it('move on with time and never back', () => {
    const moved = new Cutoffs(NOW_MS);
    moved.moveTo(NOW_MS + DAY * 60_000);
    moved.moveTo(NOW_MS);
    expect(moved.minuteCutoff).toBe(cutoffs.minuteCutoff + DAY);
  });
});
