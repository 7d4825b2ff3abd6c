import { alwaysValidPValue } from '../statistics/alwaysValid.js';
import { studentUpperTail } from '../statistics/distributions.js';
import type { Change } from './rateChange.js';
import { MIN_CALLS } from './rateChange.js';
import type { CountMinute } from './versionMinutes.js';

const MIN_MINUTES = 3;

/**
 * Whether something is called more often for each call of what calls it. The rate of a version is the ratio of its sums; its
 * variance comes from the minutes' residuals, and is at least that of counts that come by chance (Poisson). Undefined when there is
 * too little to say anything.
 */
export function countChange(baseline: readonly CountMinute[], candidate: readonly CountMinute[]): Change | undefined {
  const from = ratioOf(baseline);
  const whole = from && testAgainst(from, candidate);
  if (!whole) return undefined;
  const middle = Math.floor(candidate.length / 2);
  return {
    method: 'minute-ratio',
    ...whole,
    alwaysPValue: alwaysValidPValue(
      whole.pValue,
      (baseline.length * candidate.length) / (baseline.length + candidate.length),
    ),
    halves: [
      testAgainst(from, candidate.slice(0, middle))?.pValue ?? 1,
      testAgainst(from, candidate.slice(middle))?.pValue ?? 1,
    ],
    minutesBaseline: baseline.length,
    minutesCandidate: candidate.length,
  };
}

interface Ratio {
  readonly rate: number;
  readonly variance: number;
  readonly minutes: number;
}

function testAgainst(from: Ratio, candidate: readonly CountMinute[]): { score: number; pValue: number } | undefined {
  const to = ratioOf(candidate);
  if (!to || from.variance + to.variance === 0) return undefined;
  const score = (to.rate - from.rate) / Math.sqrt(from.variance + to.variance);
  return { score, pValue: studentUpperTail(score, from.minutes + to.minutes - 2) };
}

function ratioOf(all: readonly CountMinute[]): Ratio | undefined {
  const minutes = all.filter(({ calls }) => calls > 0);
  const events = minutes.reduce((sum, it) => sum + it.events, 0);
  const calls = minutes.reduce((sum, it) => sum + it.calls, 0);
  if (minutes.length < MIN_MINUTES || calls < MIN_CALLS) return undefined;
  const rate = events / calls;
  const residuals = minutes.reduce((sum, it) => sum + (it.events - rate * it.calls) ** 2, 0);
  const spread = (residuals * minutes.length) / (minutes.length - 1);
  return { rate, variance: Math.max(spread, events) / (calls * calls), minutes: minutes.length };
}
