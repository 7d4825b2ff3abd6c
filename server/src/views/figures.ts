import { formatCount, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import { quantile, type Histogram } from '@hindcast/core/histogram';
import { errorRate, perMinute } from '@hindcast/core/rates';

/** Fewer calls than this make no rate. */
const CALLS_FOR_A_RATE = 5;

/** `60.2k/min`; the calls themselves where they are too few for a rate. */
export function rateText(calls: number, observedSeconds: number): string {
  if (calls < CALLS_FOR_A_RATE || observedSeconds <= 0) return callsText(calls);
  return formatRate(perMinute(calls, observedSeconds));
}

export function callsText(calls: number): string {
  return `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`;
}

/** `0.4 % err`; undefined for none. */
export function errorText(errors: number, calls: number): string | undefined {
  return errors === 0 ? undefined : `${formatShare(errorRate(errors, calls))} err`;
}

/** `p99 12 ms`; undefined when no call was timed. */
export function quantileText(duration: Histogram | undefined, q: 0.5 | 0.9 | 0.99): string | undefined {
  const seconds = duration && quantile(duration, q);
  return seconds === undefined ? undefined : `p${q * 100} ${formatDuration(seconds)}`;
}

/** The parts that are there, with a dot between. */
export function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** A number of things: `1 instance`, `12 instances`. */
export function countText(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}
