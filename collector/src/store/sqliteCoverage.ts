import { coveredSeconds } from './coverage.js';
import type { Minute } from './model.js';
import { number, type PreparedStatements } from './preparedStatements.js';
import { hourStart } from './storeTime.js';

const MAX_HOURS = 100_000;

/** For how many seconds deployments reported; hours that were asked for are remembered until something is written to them. */
export class SqliteCoverage {
  /** Seconds by the hour, of coverage that is kept by the minute; by deployment. */
  private readonly hours = new Map<number, Map<Minute, number>>();
  private size = 0;

  constructor(private readonly statements: PreparedStatements) {}

  /** @param from a minute; of what is kept by the hour, the hour that it is in counts whole */
  observedSeconds(deployment: number, from: Minute): number {
    const byHour = this.statements.of(
      'SELECT sum(seconds) AS n FROM coverage_hour WHERE deployment = ? AND minute >= ?',
    );
    const bounds = this.statements
      .of('SELECT min(minute) AS oldest, max(minute) AS newest FROM coverage_minute WHERE deployment = ?')
      .get(deployment);
    let seconds = Number(byHour.get(deployment, hourStart(from))?.['n'] ?? 0);
    if (bounds?.['oldest'] == null) return seconds;
    const start = Math.max(from, number(bounds, 'oldest'));
    const end = number(bounds, 'newest');
    const firstHour = hourStart(start + 59);
    seconds += this.read(deployment, start, Math.min(firstHour - 1, end));
    for (let hour = firstHour; hour <= end; hour += 60) seconds += this.hour(deployment, hour);
    return seconds;
  }

  /** Something was written to this minute. */
  written(deployment: number, minute: Minute): void {
    if (this.hours.get(deployment)?.delete(hourStart(minute))) this.size--;
  }

  /** Coverage was moved or deleted. */
  forget(): void {
    this.hours.clear();
    this.size = 0;
  }

  private hour(deployment: number, hour: Minute): number {
    if (this.size > MAX_HOURS) this.forget();
    const known = this.hours.get(deployment) ?? new Map<Minute, number>();
    this.hours.set(deployment, known);
    let seconds = known.get(hour);
    if (seconds === undefined) {
      seconds = this.read(deployment, hour, hour + 59);
      known.set(hour, seconds);
      this.size++;
    }
    return seconds;
  }

  private read(deployment: number, first: Minute, last: Minute): number {
    if (first > last) return 0;
    const rows = this.statements.of(
      'SELECT low, high FROM coverage_minute WHERE deployment = ? AND minute BETWEEN ? AND ?',
    );
    let seconds = 0;
    for (const row of rows.iterate(deployment, first, last)) {
      seconds += coveredSeconds(number(row, 'low'), number(row, 'high'));
    }
    return seconds;
  }
}
