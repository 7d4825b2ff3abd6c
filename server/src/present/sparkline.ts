import { perMinute } from '@hindcast/core/rates';
import type { SeriesPoint } from '../collector/functionDetail.js';

const BARS = '▁▂▃▄▅▆▇█';
/** For a time in which nothing was observed: that is no zero. */
const UNSEEN = '·';
const EPSILON = 1e-9;

/**
 * Calls over time as one sign for each point, oldest first: `▁▁▂▅█▇▃·`. Heights are relative to the busiest point. Undefined when
 * fewer than two points were observed.
 */
export function sparkline(series: readonly SeriesPoint[]): string | undefined {
  const rates = series.map(({ calls, observedSeconds }) =>
    observedSeconds > 0 ? perMinute(calls, observedSeconds) : undefined,
  );
  const seen = rates.filter((rate) => rate !== undefined);
  if (seen.length < 2) return undefined;
  const top = Math.max(...seen, EPSILON);
  return rates
    .map((rate) => (rate === undefined ? UNSEEN : (BARS[Math.round((rate / top) * (BARS.length - 1))] ?? UNSEEN)))
    .join('');
}
