/** What one version did in one minute: calls, and how many of them were events: errors, or calls slower than some duration. */
export interface MinuteCounts {
  readonly events: number;
  readonly calls: number;
}

/** Whether one version has more or fewer events per call than another. */
export interface RateComparison {
  /** The new version's rate over the old one's; Infinity when only the new one has events. */
  readonly ratio: number;
  /** How many standard errors the new version is above the old one; negative when below. */
  readonly score: number;
  /** Two-sided: how likely a difference as large as this one is where there is none. */
  readonly pValue: number;
}

/** Refuses counts that cannot be: negative ones, and more events than calls. */
export function requireCounts({ events, calls }: MinuteCounts): void {
  if (events >= 0 && calls >= events && calls < Infinity) return;
  throw new RangeError(`${events} events of ${calls} calls: events must lie between 0 and the calls`);
}
