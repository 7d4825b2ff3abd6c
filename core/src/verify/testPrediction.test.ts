import { describe, expect, it } from 'vitest';
import { histogramOf } from '../histogram.js';
import { normalFrom, randomFrom } from '../statistics/simulation.js';
import type { SubjectMinute } from './boundTest.js';
import { effectFloor, type Prediction } from './prediction.js';
import { testPrediction } from './testPrediction.js';

interface Does {
  readonly seconds?: number;
  readonly errorRate?: number;
  readonly errorType?: string;
  readonly perCall?: number;
  readonly minutes?: number;
  readonly callsPerMinute?: number;
}

let random: () => number;

function minutesOf(from: number, does: Does): SubjectMinute[] {
  const {
    seconds = 0.01,
    errorRate = 0.01,
    errorType = 'Timeout',
    perCall = 1,
    minutes = 20,
    callsPerMinute = 200,
  } = does;
  return Array.from({ length: minutes }, (_, i) => {
    const factor = Math.exp(0.08 * normalFrom(random));
    const durations = Array.from(
      { length: callsPerMinute },
      () => seconds * factor * Math.exp(0.5 * normalFrom(random)),
    );
    const failed = durations.filter(() => random() < errorRate).length;
    return {
      minute: from + i,
      calls: Math.round(callsPerMinute * perCall),
      duration: histogramOf(durations),
      errors: new Map(failed > 0 ? [[errorType, failed]] : []),
      callerCalls: callsPerMinute,
    };
  });
}

function predicted(measure: Prediction['measure'], more: Partial<Prediction> = {}, baseline = 0): Prediction {
  return {
    subject: {
      service: 'shop',
      environment: '',
      function: { file: 'a.js', name: 'f', line: 1 },
      errorType: 'TypeError',
    },
    ...{ measure, unit: 's', expect: 'back_to_baseline', threshold: effectFloor(measure, baseline) },
    baseline: { version: '1', revision: '', value: baseline },
    regressed: { version: '2', revision: '', value: undefined },
    ...{ window: 'PT1H', minimumMinutes: 5, minimumCalls: 20 },
    ...more,
  };
}

function verdict(prediction: Prediction, base: Does, bad: Does, now: Does, seed = 1): string {
  random = randomFrom(seed);
  const data = { baseline: minutesOf(0, base), regressed: minutesOf(100, bad), candidate: minutesOf(200, now) };
  return testPrediction(prediction, data).verdict;
}

const [yes, no, wait] = ['confirmed', 'refuted', 'not enough data yet'];

describe('back to baseline', () => {
  it.each<[string, Prediction['measure'], Does, Does, Does, string | undefined]>([
    ['as it was', 'p50', {}, { seconds: 0.02 }, {}, yes],
    ['as it was, at the tail', 'p99', {}, { seconds: 0.03 }, {}, yes],
    ['as it was, in few minutes', 'p50', {}, { seconds: 0.04 }, { minutes: 10, callsPerMinute: 40 }, yes],
    ['as slow as before the fix', 'p50', {}, { seconds: 0.02 }, { seconds: 0.02 }, no],
    ['half of it', 'p50', {}, { seconds: 0.02 }, { seconds: 0.015 }, no],
    ['four minutes', 'p50', {}, { seconds: 0.02 }, { minutes: 4 }, wait],
    ['a call a minute', 'p50', {}, { seconds: 0.02 }, { callsPerMinute: 1, minutes: 12 }, wait],
    ['few calls', 'p99', {}, { seconds: 0.013 }, { callsPerMinute: 4, minutes: 10 }, wait],
    ['errors gone', 'error rate', { errorRate: 0 }, { errorRate: 0.2 }, { errorRate: 0 }, yes],
    ['errors stay', 'error rate', { errorRate: 0 }, { errorRate: 0.2 }, { errorRate: 0.2 }, no],
    ['some errors stay', 'error rate', { errorRate: 0.01 }, { errorRate: 0.2 }, { errorRate: 0.05 }, no],
    ['type gone', 'new error type', {}, { errorRate: 0.02, errorType: 'TypeError' }, {}, yes],
    ['type stays', 'new error type', {}, { errorRate: 0.02, errorType: 'TypeError' }, { errorType: 'TypeError' }, no],
    ['type was rare', 'new error type', {}, { errorRate: 0.001, errorType: 'TypeError' }, { minutes: 5 }, wait],
    ['queries as before', 'calls/call', { perCall: 1 }, { perCall: 3 }, { perCall: 1 }, yes],
    ['queries stay', 'calls/call', { perCall: 1 }, { perCall: 3 }, { perCall: 3 }, no],
    ['some queries stay', 'calls/call', { perCall: 1 }, { perCall: 6 }, { perCall: 2 }, no],
  ])('%s: %s', (_, measure, base, bad, now, expected) => {
    expect(verdict(predicted(measure), base, bad, now)).toBe(expected);
  });

  it('nothing that was not there before is confirmed or refuted, whatever the seed', () => {
    const verdicts = Array.from({ length: 40 }, (_, seed) => verdict(predicted('p50'), {}, {}, {}, seed));
    expect(new Set(verdicts)).toEqual(new Set([wait]));
  });
});

describe('against the version before', () => {
  it.each<[Prediction['expect'], Does, Does, string | undefined]>([
    ['lower', { seconds: 0.02 }, {}, yes],
    ['lower', {}, {}, no],
    ['lower', {}, { seconds: 0.02 }, no],
    ['lower', { seconds: 0.0115 }, { callsPerMinute: 10, minutes: 6 }, wait],
    ['not_higher', {}, {}, yes],
    ['not_higher', {}, { seconds: 0.02 }, no],
    ['not_higher', { callsPerMinute: 10 }, { callsPerMinute: 10, minutes: 5, seconds: 0.013 }, wait],
  ])('%s: %j → %j', (expect_, bad, now, expected) => {
    expect(verdict(predicted('p50', { expect: expect_ }), {}, bad, now)).toBe(expected);
  });
});

it('a limit: fewer calls than that for each call', () => {
  const limit = predicted('calls/call', { expect: 'below', threshold: 10, baseline: undefined });
  expect(verdict(limit, {}, { perCall: 20 }, { perCall: 2 })).toBe(yes);
  expect(verdict(limit, {}, { perCall: 20 }, { perCall: 20 })).toBe(no);
});
