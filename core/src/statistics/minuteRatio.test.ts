import { describe, expect, it } from 'vitest';
import { normalUpperTail } from './distributions.js';
import type { MinuteCounts } from './minuteCounts.js';
import { MIN_MINUTES, minuteRatio } from './minuteRatio.js';
import { randomFrom, simulatedMinutes, type Traffic } from './simulation.js';

const repeat = (minutes: number, events: number, calls = 100): MinuteCounts[] =>
  Array.from({ length: minutes }, () => ({ events, calls }));

/** What one would do who takes calls, not minutes, as what is repeated. */
function pooled(baseline: readonly MinuteCounts[], candidate: readonly MinuteCounts[]): number {
  const sum = (minutes: readonly MinuteCounts[], of: keyof MinuteCounts) => minutes.reduce((n, m) => n + m[of], 0);
  const [x0, n0, x1, n1] = [
    sum(baseline, 'events'),
    sum(baseline, 'calls'),
    sum(candidate, 'events'),
    sum(candidate, 'calls'),
  ];
  const p = (x0 + x1) / (n0 + n1);
  return 2 * normalUpperTail(Math.abs(x1 / n1 - x0 / n0) / Math.sqrt(p * (1 - p) * (1 / n0 + 1 / n1)));
}

/** How often a 1 % alarm is raised: 60 minutes of the baseline, then 20 of the candidate. */
function alarms(runs: number, traffic: Omit<Traffic, 'minutes'>, factor: number) {
  const random = randomFrom(11);
  let robust = 0;
  let plain = 0;
  for (let run = 0; run < runs; run++) {
    const baseline = simulatedMinutes(random, { ...traffic, minutes: 60 });
    const candidate = simulatedMinutes(random, { ...traffic, minutes: 20, rate: traffic.rate * factor });
    if ((minuteRatio(baseline, candidate)?.pValue ?? 1) < 0.01) robust += 1 / runs;
    if (pooled(baseline, candidate) < 0.01) plain += 1 / runs;
  }
  return { robust, plain };
}

describe('minuteRatio', () => {
  it('compares rates', () => {
    const result = minuteRatio(repeat(60, 10), repeat(20, 20));
    expect(result?.ratio).toBeCloseTo(2, 12);
    expect(result?.score).toBeGreaterThan(5);
    expect(minuteRatio(repeat(60, 20), repeat(20, 10))?.score).toBeLessThan(-5);
    expect(minuteRatio(repeat(60, 10), repeat(20, 10))).toMatchObject({ ratio: 1, score: 0, pValue: 1 });
  });

  it.each<[string, MinuteCounts[], MinuteCounts[]]>([
    ['too few minutes of the baseline', repeat(MIN_MINUTES - 1, 10), repeat(20, 20)],
    ['too few minutes of the candidate', repeat(60, 10), repeat(MIN_MINUTES - 1, 20)],
    ['minutes without calls', repeat(60, 0, 0), repeat(20, 20)],
    ['no events', repeat(60, 0), repeat(20, 0)],
    ['nothing but events', repeat(60, 100), repeat(20, 100)],
  ])('says nothing of %s', (_, baseline, candidate) => expect(minuteRatio(baseline, candidate)).toBeUndefined());

  it('has no finite ratio when only the candidate has events', () => {
    expect(minuteRatio(repeat(60, 0), repeat(20, 5))?.ratio).toBe(Infinity);
  });

  it('refuses counts that cannot be', () => {
    expect(() => minuteRatio(repeat(60, 101), repeat(20, 1))).toThrow(/between 0 and the calls/);
  });

  it.each([
    ['minutes that differ by chance only', { callsPerMinute: 200, rate: 0.1, noise: 0 }, 0.02],
    ['minutes that vary by 5 %', { callsPerMinute: 200, rate: 0.5, noise: 0.05 }, 0.02],
    ['minutes that vary by 15 %', { callsPerMinute: 200, rate: 0.3, noise: 0.15 }, 0.02],
    ['few events', { callsPerMinute: 100, rate: 0.01, noise: 0.15 }, 0.02],
    // Three lags do not see all of it.
    ['neighbouring minutes that are alike', { callsPerMinute: 200, rate: 0.3, noise: 0.15, persistence: 0.5 }, 0.04],
  ])('seldom raises a 1 %% alarm without a difference: %s', (_, traffic, atMost) => {
    expect(alarms(800, traffic, 1).robust).toBeLessThanOrEqual(atMost);
  });

  it('does so where pooled calls raise it all the time', () => {
    expect(alarms(300, { callsPerMinute: 400, rate: 0.3, noise: 0.15 }, 1).plain).toBeGreaterThan(0.1);
  });

  it.each([
    ['half more slow calls', { callsPerMinute: 200, rate: 0.1, noise: 0.15 }, 1.5, 0.9],
    ['twice the errors', { callsPerMinute: 200, rate: 0.02, noise: 0.15 }, 2, 0.9],
    ['half as many', { callsPerMinute: 200, rate: 0.1, noise: 0.15 }, 0.5, 0.9],
  ])('finds %s', (_, traffic, factor, atLeast) => {
    expect(alarms(100, traffic, factor).robust).toBeGreaterThanOrEqual(atLeast);
  });
});
