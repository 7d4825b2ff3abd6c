import { describe, expect, it } from 'vitest';
import { cochranMantelHaenszel, type SharedMinute } from './cochranMantelHaenszel.js';
import { minuteFactors, randomFrom, simulatedMinute } from './simulation.js';

const minute = (events: number, calls: number, baselineEvents: number, baselineCalls: number): SharedMinute => ({
  candidate: { events, calls },
  baseline: { events: baselineEvents, calls: baselineCalls },
});

describe('cochranMantelHaenszel', () => {
  it('is the statistic of the textbooks, without continuity correction', () => {
    // By hand: stratum 1 expects 15 x 20 / 35, stratum 2 expects 30 x 15 / 60.
    const result = cochranMantelHaenszel([minute(12, 15, 8, 20), minute(10, 30, 5, 30)]);
    const excess = 12 - 300 / 35 + (10 - 7.5);
    const variance = (15 * 20 * 20 * 15) / (35 * 35 * 34) + (30 * 30 * 15 * 45) / (60 * 60 * 59);
    expect(result?.score).toBeCloseTo(excess / Math.sqrt(variance), 12);
    expect(result?.ratio).toBeCloseTo(((12 * 20) / 35 + (10 * 30) / 60) / ((8 * 15) / 35 + (5 * 30) / 60), 12);
    expect(result?.pValue).toBeCloseTo(0.00815, 5);
  });

  it('is not misled when the candidate ran in the bad minutes', () => {
    // Ten times the errors in the minute that had most of the candidate's calls, for both versions alike.
    const result = cochranMantelHaenszel([minute(1, 100, 9, 900), minute(90, 900, 10, 100)]);
    expect(result?.ratio).toBeCloseTo(1, 12);
    expect(result?.score).toBeCloseTo(0, 12);
    expect(result?.pValue).toBeCloseTo(1, 12);
  });

  it.each<[string, SharedMinute[]]>([
    ['no minutes', []],
    ['no calls of one', [minute(0, 0, 5, 10), minute(5, 10, 0, 0)]],
    ['no events', [minute(0, 10, 0, 10)]],
    ['nothing but events', [minute(10, 10, 10, 10)]],
  ])('says nothing of %s', (_, minutes) => expect(cochranMantelHaenszel(minutes)).toBeUndefined());

  it('has no finite ratio when only the candidate has events', () => {
    expect(cochranMantelHaenszel([minute(5, 100, 0, 100)])).toMatchObject({ ratio: Infinity });
    expect(cochranMantelHaenszel([minute(0, 100, 5, 100)])).toMatchObject({ ratio: 0 });
  });

  it.each([
    [-1, 5],
    [6, 5],
    [Number.NaN, 5],
    [1, Infinity],
  ])('refuses %s events of %s calls', (events, calls) => {
    expect(() => cochranMantelHaenszel([minute(events, calls, 1, 5)])).toThrow(/between 0 and the calls/);
  });

  // Two versions share 15 minutes, the candidate has a fifth of the calls. Minutes vary by 15 %.
  it.each([
    ['no difference', 0.1, 1, 1000, 0.005, 0.018],
    ['no difference, few events', 0.01, 1, 1000, 0.003, 0.018],
    ['25 % more calls above the median', 0.5, 1.25, 200, 0.98, 1],
    ['twice the errors', 0.02, 2, 200, 0.9, 1],
  ])('raises a 1 %% alarm for %s as often as it should', (_, rate, factor, runs, atLeast, atMost) => {
    const random = randomFrom(7);
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const factors = minuteFactors(random, { minutes: 15, callsPerMinute: 500, rate, noise: 0.15 });
      const minutes = factors.map((shared) => ({
        candidate: simulatedMinute(random, 100, Math.min(1, rate * factor * shared)),
        baseline: simulatedMinute(random, 400, Math.min(1, rate * shared)),
      }));
      if ((cochranMantelHaenszel(minutes)?.pValue ?? 1) < 0.01) alarms++;
    }
    expect(alarms / runs).toBeGreaterThanOrEqual(atLeast);
    expect(alarms / runs).toBeLessThanOrEqual(atMost);
  });
});
