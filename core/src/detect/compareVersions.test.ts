import { describe, expect, it } from 'vitest';
import { histogramOf, mergeHistograms } from '../histogram.js';
import { normalFrom, randomFrom } from '../statistics/simulation.js';
import { lowestRegressions, type Shift } from './attribution.js';
import { compareVersions, type Regression, type Subject } from './compareVersions.js';
import { repeatedCalls } from './repeatedCalls.js';
import { countAbove, thresholdsOf, type MinuteFacts } from './versionMinutes.js';

interface Version {
  readonly seconds: number;
  readonly errorRate: number;
  readonly callsPerMinute: number;
}
const usual: Version = { seconds: 0.01, errorRate: 0.01, callsPerMinute: 100 };

function subject(random: () => number, becomes: Version, more: Partial<Subject> & { from?: number } = {}): Subject {
  const drawn = (of: Version, from: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const durations = histogramOf(
        Array.from({ length: of.callsPerMinute }, () => of.seconds * Math.exp(0.5 * normalFrom(random))),
      );
      const errors = Array.from({ length: of.callsPerMinute }).filter(() => random() < of.errorRate).length;
      return { minute: from + i, calls: of.callsPerMinute, durations, errors };
    });
  const base = drawn(usual, 0, 30);
  const now = drawn(becomes, more.from ?? 30, 15);
  const durations = {
    baseline: mergeHistograms(base.map((it) => it.durations)),
    candidate: mergeHistograms(now.map((it) => it.durations)),
  };
  const facts = (minutes: typeof base): MinuteFacts[] =>
    minutes.map((it) => ({
      ...it,
      timed: it.calls,
      above: countAbove(it.durations, thresholdsOf(durations.baseline) ?? []),
    }));
  return {
    ...{ key: 'f', baseline: facts(base), candidate: facts(now), sameHours: [], durations, errors: new Map() },
    known: { errorTypes: new Set(['Timeout']), calls: 3000 },
    ...more,
  };
}

describe('compareVersions', () => {
  it.each<[string, Partial<Version>, string[]]>([
    ['the same', {}, []],
    ['better', { seconds: 0.005, errorRate: 0 }, []],
    ['too little to matter', { seconds: 0.0104 }, []],
    ['slower by half', { seconds: 0.015 }, ['duration']],
    ['ten times the errors', { errorRate: 0.1 }, ['error-rate']],
    ['too few calls', { callsPerMinute: 1, seconds: 1 }, []],
  ])('%s, one after the other and beside', (_, change, expected) => {
    for (const from of [30, 15]) {
      const { regressions } = compareVersions([subject(randomFrom(3), { ...usual, ...change }, { from })], []);
      expect(regressions.map(({ kind }) => kind)).toEqual(expected);
      for (const it of regressions) {
        expect(it).toMatchObject({ isConfirmed: true, method: from === 30 ? 'minute-ratio' : 'cmh' });
        expect(it.effect[0]).toBeLessThanOrEqual(it.after / it.before);
      }
    }
  });

  it('holds against the same hours of the day before too', () => {
    const slow = subject(randomFrom(4), { ...usual, seconds: 0.02 });
    expect(compareVersions([slow], []).regressions).toHaveLength(1);
    const everyDay = slow.candidate.map((it) => ({ ...it, minute: it.minute - 1440 }));
    expect(compareVersions([{ ...slow, sameHours: everyDay }], []).regressions).toEqual([]);
  });

  it.each([
    [2, 'TypeError', 0],
    [20, 'TypeError', 1],
    [20, 'Timeout', 0],
  ])('%s errors of type %s make %s findings', (count, type, expected) => {
    const of = subject(randomFrom(5), usual, { errors: new Map([[type, count]]) });
    const found = compareVersions([of], []).regressions;
    expect(found.filter(({ kind }) => kind === 'new-error-type')).toHaveLength(expected);
  });

  it.each([
    [1, 1, 0],
    [1, 3, 1],
    [0, 2, 1],
    [3, 1, 0],
  ])('%s calls for each call become %s: %s findings', (before, after, expected) => {
    const minutes = (from: number, perCall: number) =>
      Array.from({ length: 10 }, (_, i) => ({ minute: from + i, calls: 50 + i, events: perCall * (50 + i) }));
    const counts = [{ key: '#f', baseline: minutes(0, before), candidate: minutes(10, after) }];
    expect(compareVersions([], counts).regressions).toHaveLength(expected);
  });
});

describe('lowestRegressions', () => {
  const regression = (key: string, kind: Regression['kind'] = 'duration'): Regression => ({
    ...{ key, kind, measure: 'p50', before: 1, after: 2, effect: [1.5, 2.5], pValue: 0, qValue: 0, method: 'cmh' },
    ...{ isConfirmed: true, minutesBaseline: 20, minutesCandidate: 20 },
  });
  const shift = (seconds: number): Shift => ({ meanSeconds: seconds, p99Seconds: seconds, errorRate: seconds });
  const link = (caller: string, callee: string, callsPerCall = 1) => ({ caller, callee, callsPerCall });

  it.each<[string, Record<string, number>, ReturnType<typeof link>[], Record<string, string[]>]>([
    ['the end of a chain', { a: 1, b: 1, c: 1 }, [link('a', 'b'), link('b', 'c')], { c: ['a', 'b'] }],
    ['both, when the callee accounts for little', { a: 1, b: 0.1 }, [link('a', 'b')], { a: [], b: [] }],
    ['the callee that is called often', { a: 1, b: 0.1 }, [link('a', 'b', 10)], { b: ['a'] }],
    ['one of a cycle', { a: 1, b: 2 }, [link('a', 'b'), link('b', 'a')], { b: ['a'] }],
    ['itself', { a: 1 }, [link('a', 'a')], { a: [] }],
  ])('are %s', (_, seconds, links, expected) => {
    const shifts = new Map(Object.entries(seconds).map(([key, by]) => [key, shift(by)]));
    const found = lowestRegressions(
      Object.keys(seconds).map((key) => regression(key)),
      links,
      shifts,
    );
    expect(Object.fromEntries(found.map((it) => [it.regression.key, it.affected.toSorted()]))).toEqual(expected);
  });

  it('leaves another kind of regression where it is', () => {
    const found = lowestRegressions([regression('a'), regression('b', 'error-rate')], [link('a', 'b')], new Map());
    expect(found).toHaveLength(2);
  });
});

describe('repeatedCalls', () => {
  const minutes = (perCall: (i: number) => number) =>
    Array.from({ length: 10 }, (_, i) => ({ minute: i, calls: 20, events: 20 * perCall(i) }));
  it.each([
    ['few', minutes(() => 3), undefined],
    ['always as many', minutes(() => 12), 'chatty'],
    ['more and fewer', minutes((i) => 10 + 4 * (i % 3)), 'n-plus-one'],
    ['too short', minutes(() => 12).slice(0, 3), undefined],
  ])('%s', (_, of, shape) => expect(repeatedCalls(of)?.shape).toBe(shape));
});
