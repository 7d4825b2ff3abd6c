import type { Histogram } from '../histogram.js';
import { adjustedPValues } from '../statistics/benjaminiHochberg.js';
import { countChange } from './countChange.js';
import { interpolatedQuantile } from './interpolatedQuantile.js';
import { MIN_CALLS, rateChange, type Change } from './rateChange.js';
import { WATCHED_QUANTILES, type CountMinute, type MinuteFacts } from './versionMinutes.js';

/** A function, entry point or dependency in two versions. Minutes in the order of time, the candidate's without its warm-up. */
export interface Subject {
  /** Tells it from others. */
  readonly key: string;
  readonly baseline: readonly MinuteFacts[];
  readonly candidate: readonly MinuteFacts[];
  /** The baseline's minutes a day before the candidate's; empty where there are none. */
  readonly sameHours: readonly MinuteFacts[];
  /** Over the baseline's and the candidate's minutes. */
  readonly durations: { readonly baseline: Histogram; readonly candidate: Histogram };
  /** Over the candidate's minutes, by type. */
  readonly errors: ReadonlyMap<string, number>;
  /** Every type that the baseline is known to have had, and in how many calls. */
  readonly known: { readonly errorTypes: ReadonlySet<string>; readonly calls: number };
}

/** Calls of something for each call of what makes them, in two versions. */
export interface CountSubject {
  readonly key: string;
  readonly baseline: readonly CountMinute[];
  readonly candidate: readonly CountMinute[];
}

export type RegressionKind = 'duration' | 'error-rate' | 'new-error-type' | 'count';

/** What became worse from one version to another. */
export interface Regression {
  readonly key: string;
  readonly kind: RegressionKind;
  /** `p50`, `p90`, `p99`, `error rate`, `calls/call`, or the error type. */
  readonly measure: string;
  /** Seconds, a rate 0..1, or calls for each call. */
  readonly before: number;
  readonly after: number;
  /** 95 % interval of after/before; of after - before where the measure is a rate. */
  readonly effect: readonly [number, number];
  /** Valid however often versions are compared while minutes come in. */
  readonly pValue: number;
  /** After control for all tests of the two versions (Benjamini and Hochberg). */
  readonly qValue: number;
  readonly method: Change['method'] | 'new-type';
  /** Whether it shows in two disjoint parts of the candidate's minutes. */
  readonly isConfirmed: boolean;
  readonly minutesBaseline: number;
  readonly minutesCandidate: number;
}

export interface VersionComparison {
  readonly regressions: readonly Regression[];
  /** Keys of subjects with enough calls in both versions. */
  readonly compared: ReadonlySet<string>;
}

/** Share of findings that may be false. */
const FALSE_SHARE = 0.05;
/** No single test is believed above this, however few tests there are. It is held against p-values that are valid at every look. */
export const MAX_P = 0.0003;
/** Three errors of a new type in a tenth of the calls. */
const MAX_P_NEW_TYPE = 0.001;
/** What each half has to show of itself. */
const HALF_P = 0.05;
/** Five buckets: smaller shifts of one quantile alone come from where instances run and what they are asked. */
const QUANTILE_RATIO = 1.24;
/** Enough where the median and the 90th percentile agree. */
const AGREEING_RATIO = 1.1;
const ERROR_RATE_DIFFERENCE = 0.001;
const ERROR_RATE_RATIO = 1.5;
const MIN_EVENTS = 5;
const MIN_NEW_ERRORS = 3;
const COUNT_RATIO = 1.2;
const COUNT_DIFFERENCE = 0.2;
/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.96;

/** A test that was made, whether or not its effect is large enough. */
interface Tested extends Omit<Regression, 'qValue'> {
  readonly isLarge: boolean;
}

/** Compares every subject of two versions; of a subject's quantiles the one with the smallest p-value is told. */
export function compareVersions(
  subjects: readonly Subject[],
  counts: readonly CountSubject[],
  maxP = MAX_P,
): VersionComparison {
  const compared = new Set<string>();
  const tests: Tested[] = [];
  for (const subject of subjects) {
    if (!isEnough(subject.baseline) || !isEnough(subject.candidate)) continue;
    compared.add(subject.key);
    tests.push(...durationTests(subject, maxP), ...errorRateTest(subject), ...newErrorTypes(subject));
  }
  for (const count of counts) tests.push(...countTest(count));
  const q = adjustedPValues(tests.map(({ pValue }) => pValue));
  const worst = new Map<string, Regression>();
  tests.forEach(({ isLarge, ...test }, i) => {
    const qValue = q[i] ?? 1;
    if (!isLarge || qValue > FALSE_SHARE || test.pValue > (test.kind === 'new-error-type' ? MAX_P_NEW_TYPE : maxP))
      return;
    const text = `${test.kind}\0${test.kind === 'new-error-type' ? test.measure : ''}\0${test.key}`;
    const at = worst.get(text);
    if (!at || test.pValue < at.pValue) worst.set(text, { ...test, qValue });
  });
  return { regressions: [...worst.values()], compared };
}

function isEnough(minutes: readonly MinuteFacts[]): boolean {
  return total(minutes, (it) => it.calls) >= MIN_CALLS;
}

function durationTests({ key, baseline, candidate, sameHours, durations }: Subject, maxP: number): Tested[] {
  const tests = WATCHED_QUANTILES.flatMap((quantile, i) => {
    const events = (minutes: readonly MinuteFacts[]) =>
      minutes.map((it) => ({ minute: it.minute, events: it.above[i] ?? 0, calls: it.timed }));
    const after = events(candidate);
    const change = rateChange(events(baseline), after, events(sameHours));
    const before = interpolatedQuantile(durations.baseline, quantile);
    const now = interpolatedQuantile(durations.candidate, quantile);
    if (!change || !before || !now || total(after, (it) => it.events) < MIN_EVENTS) return [];
    return [{ quantile, change, before, now, ratio: now / before }];
  });
  const agree = [0.5, 0.9].every((wanted) =>
    tests.some(
      ({ quantile, ratio, change }) => quantile === wanted && ratio >= AGREEING_RATIO && change.alwaysPValue <= maxP,
    ),
  );
  return tests.map(({ quantile, change, before, now, ratio }) => ({
    ...{ key, kind: 'duration' as const, measure: `p${quantile * 100}`, before, after: now },
    effect: interval(Math.log(ratio), change.score, Math.exp),
    isLarge: ratio >= QUANTILE_RATIO || (agree && ratio >= AGREEING_RATIO),
    ...evidence(change),
  }));
}

function errorRateTest({ key, baseline, candidate, sameHours }: Subject): Tested[] {
  const events = (minutes: readonly MinuteFacts[]) =>
    minutes.map(({ minute, errors, calls }) => ({ minute, events: Math.min(errors, calls), calls }));
  const [old, now] = [events(baseline), events(candidate)];
  const change = rateChange(old, now, events(sameHours));
  if (!change) return [];
  const [before, after] = [rateOf(old), rateOf(now)];
  const isLarge =
    total(now, (it) => it.events) >= MIN_EVENTS &&
    after - before >= ERROR_RATE_DIFFERENCE &&
    after >= before * ERROR_RATE_RATIO;
  return [
    {
      ...{ key, kind: 'error-rate', measure: 'error rate', before, after, isLarge },
      effect: interval(after - before, change.score, (it) => it),
      ...evidence(change),
    },
  ];
}

/**
 * An error that the baseline never had: were both alike, all of them would fall on the candidate's share of the calls. It is valid at every
 * look: for the next one to fall there as well, all before must have.
 */
function newErrorTypes({ key, candidate, baseline, errors, known }: Subject): Tested[] {
  const calls = total(candidate, (it) => it.calls);
  return [...errors].flatMap(([type, count]): Tested[] => {
    if (count < MIN_NEW_ERRORS || known.errorTypes.has(type)) return [];
    const minutesWith = candidate.filter((it) => it.errors > 0).length;
    return [
      {
        ...{ key, kind: 'new-error-type', measure: type, before: 0, after: count / calls, isLarge: true },
        effect: [0, count / calls],
        pValue: (calls / (calls + known.calls)) ** count,
        method: 'new-type',
        isConfirmed: minutesWith >= 2,
        minutesBaseline: baseline.length,
        minutesCandidate: candidate.length,
      },
    ];
  });
}

function countTest({ key, baseline, candidate }: CountSubject): Tested[] {
  const change = countChange(baseline, candidate);
  if (!change) return [];
  const [before, after] = [rateOf(baseline), rateOf(candidate)];
  return [
    {
      ...{ key, kind: 'count', measure: 'calls/call', before, after },
      effect: before > 0 ? interval(Math.log(after / before), change.score, Math.exp) : [1, Infinity],
      isLarge:
        total(candidate, (it) => it.events) >= MIN_EVENTS &&
        after >= before * COUNT_RATIO &&
        after - before >= COUNT_DIFFERENCE,
      ...evidence(change),
    },
  ];
}

function evidence(change: Change) {
  const { alwaysPValue, method, minutesBaseline, minutesCandidate } = change;
  const isConfirmed = change.halves.every((p) => p <= HALF_P);
  return { pValue: alwaysPValue, method, minutesBaseline, minutesCandidate, isConfirmed };
}

/** The interval that ends at no effect exactly when the test does (Miettinen, Am. J. Epidemiol. 103, 1976). */
function interval(estimate: number, score: number, shown: (value: number) => number): [number, number] {
  const part = score === 0 ? 0 : Z95 / Math.abs(score);
  const ends = [shown(estimate * (1 - part)), shown(estimate * (1 + part))];
  return [Math.min(...ends), Math.max(...ends)];
}

function rateOf(minutes: readonly { readonly events: number; readonly calls: number }[]): number {
  return (
    total(minutes, (it) => it.events) /
    Math.max(
      1,
      total(minutes, (it) => it.calls),
    )
  );
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
