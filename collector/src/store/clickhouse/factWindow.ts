import type { Minute } from '../model.js';
import { MINUTES_PER_DAY, dayCutoff, dayStart, hourCutoff, hourStart, minuteCutoff } from '../storeTime.js';

/** Which table holds which part of a window. */
export interface WindowPart {
  readonly table: 'fact_minute' | 'fact_hour' | 'fact_day';
  readonly from: Minute;
  /** Undefined: no end. */
  readonly to: Minute | undefined;
}

/** What is kept at which resolution. Every table has everything since its own beginning: hours and days are not moved, but added. */
export class Cutoffs {
  private minutes: Minute;
  private hours: Minute;
  private days: Minute;

  constructor(nowMs: number) {
    this.minutes = minuteCutoff(nowMs);
    this.hours = hourCutoff(nowMs);
    this.days = dayCutoff(nowMs);
  }

  /** Time goes on; it does not go back. */
  moveTo(nowMs: number): void {
    this.minutes = Math.max(this.minutes, minuteCutoff(nowMs));
    this.hours = Math.max(this.hours, hourCutoff(nowMs));
    this.days = Math.max(this.days, dayCutoff(nowMs));
  }

  get minuteCutoff(): Minute {
    return this.minutes;
  }

  get hourCutoff(): Minute {
    return this.hours;
  }

  get dayCutoff(): Minute {
    return this.days;
  }

  /** Where a window really begins. */
  start(from: Minute): Minute {
    if (from >= this.minutes) return from;
    if (from >= this.hours) return hourStart(from);
    return Math.max(dayStart(from), this.days);
  }

  /**
   * The fewest rows that hold a window: minutes up to the next full hour, hours up to the next day, then days.
   * @param widthMinutes 1440 when only sums are asked for; else nothing coarser than this, where it is kept
   */
  parts(from: Minute, widthMinutes = MINUTES_PER_DAY): WindowPart[] {
    const start = this.start(from);
    const hoursFrom = Math.max(start, this.hours);
    const minutesFrom = Math.max(start, this.minutes);
    const nextHour = hourStart(minutesFrom + 59);
    const nextDay = (minute: Minute): Minute => dayStart(minute + MINUTES_PER_DAY - 1);
    let parts: WindowPart[];
    if (widthMinutes % 60 !== 0) {
      parts = [
        { table: 'fact_day', from: start, to: this.hours },
        { table: 'fact_hour', from: hoursFrom, to: this.minutes },
        { table: 'fact_minute', from: minutesFrom, to: undefined },
      ];
    } else if (widthMinutes % MINUTES_PER_DAY !== 0) {
      parts = [
        { table: 'fact_day', from: start, to: this.hours },
        ...(start < this.minutes
          ? [{ table: 'fact_hour' as const, from: hoursFrom, to: undefined }]
          : [
              { table: 'fact_minute' as const, from: start, to: nextHour },
              { table: 'fact_hour' as const, from: nextHour, to: undefined },
            ]),
      ];
    } else if (start < this.hours) {
      parts = [{ table: 'fact_day', from: start, to: undefined }];
    } else if (start < this.minutes) {
      parts = [
        { table: 'fact_hour', from: start, to: nextDay(start) },
        { table: 'fact_day', from: nextDay(start), to: undefined },
      ];
    } else {
      parts = [
        { table: 'fact_minute', from: start, to: nextHour },
        { table: 'fact_hour', from: nextHour, to: nextDay(nextHour) },
        { table: 'fact_day', from: nextDay(nextHour), to: undefined },
      ];
    }
    return parts.filter(({ from: first, to }) => to === undefined || first < to);
  }
}
