import type { CountMinute } from './versionMinutes.js';

/** How a function repeats a call within each of its own calls. */
export interface RepeatedCalls {
  /** `n-plus-one`: once for each of something; `chatty`: always as often. */
  readonly shape: 'n-plus-one' | 'chatty';
  readonly callsPerCall: number;
}

/** Calls for each call from which it is a repetition. */
export const REPEATED_CALLS = 10;
const MIN_CALLS = 20;
const MIN_MINUTES = 5;
/** How much minutes' means vary when the number of calls depends on the data: standard deviation over mean. */
const VARIES = 0.02;

/**
 * Whether something is called again and again within each call. Where minutes' means vary, the number follows the data, as in a loop
 * over what an earlier query answered. Undefined when it is called fewer than `REPEATED_CALLS` times, or too little is known.
 */
export function repeatedCalls(all: readonly CountMinute[]): RepeatedCalls | undefined {
  const minutes = all.filter(({ calls }) => calls > 0);
  const calls = minutes.reduce((sum, it) => sum + it.calls, 0);
  const events = minutes.reduce((sum, it) => sum + it.events, 0);
  const mean = events / calls;
  if (minutes.length < MIN_MINUTES || calls < MIN_CALLS || !(mean >= REPEATED_CALLS)) return undefined;
  const spread = minutes.reduce((sum, it) => sum + it.calls * (it.events / it.calls - mean) ** 2, 0) / calls;
  return { shape: Math.sqrt(spread) / mean > VARIES ? 'n-plus-one' : 'chatty', callsPerCall: mean };
}
