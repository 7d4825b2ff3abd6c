import { alwaysValidPValue } from '../statistics/alwaysValid.js';
import { cochranMantelHaenszel, type SharedMinute } from '../statistics/cochranMantelHaenszel.js';
import { normalUpperTail } from '../statistics/distributions.js';
import { minuteRatio } from '../statistics/minuteRatio.js';
import type { MinuteCounts } from '../statistics/minuteCounts.js';

/** A version needs so many minutes beside the other for them to be compared within minutes. */
export const MIN_SHARED_MINUTES = 5;
/** Calls that either version needs before anything is said of it. */
export const MIN_CALLS = 20;

export interface TimedCounts extends MinuteCounts {
  readonly minute: number;
}

export type ChangeMethod = 'cmh' | 'minute-ratio';

/** Whether something became more frequent. */
export interface Change {
  readonly method: ChangeMethod;
  /** Standard errors by which the candidate is above the baseline; negative when below. */
  readonly score: number;
  /** One-sided: how likely a rise as large as this one is where there is none, in one look. */
  readonly pValue: number;
  /** The same however often one looks while the candidate's minutes grow: never smaller. */
  readonly alwaysPValue: number;
  /** The same of the earlier and of the later half of the candidate's minutes alone; 1 where a half says nothing. */
  readonly halves: readonly [number, number];
  readonly minutesBaseline: number;
  readonly minutesCandidate: number;
}

/**
 * Whether the candidate has more events per call: within the minutes that both versions share where there are enough, else one
 * after the other. With `sameHours`, the baseline's minutes a day earlier, a rise has to show against these as well: what comes back
 * every day at that hour is none. Undefined when there is too little to say anything.
 */
export function rateChange(
  baseline: readonly TimedCounts[],
  candidate: readonly TimedCounts[],
  sameHours: readonly TimedCounts[],
): Change | undefined {
  const pairs = sharedMinutes(baseline, candidate);
  if (
    pairs.length >= MIN_SHARED_MINUTES &&
    hasCalls(pairs.map((it) => it.baseline)) &&
    hasCalls(pairs.map((it) => it.candidate))
  )
    return changeOf('cmh', pairs, (part) => withinMinutes(part), pairs.length, pairs.length);
  if (!hasCalls(baseline) || !hasCalls(candidate)) return undefined;
  return changeOf(
    'minute-ratio',
    candidate,
    (part) => {
      const before = minuteRatio(baseline, part);
      const dayBefore = hasCalls(sameHours) ? minuteRatio(sameHours, part) : undefined;
      const results = [before, dayBefore].flatMap((it) =>
        it ? [{ score: it.score, pValue: oneSided(it.score, it.pValue) }] : [],
      );
      return before && results.reduce((least, it) => (it.pValue > least.pValue ? it : least));
    },
    baseline.length,
    (baseline.length * candidate.length) / (baseline.length + candidate.length),
  );
}

function changeOf<Piece>(
  method: ChangeMethod,
  pieces: readonly Piece[],
  test: (part: readonly Piece[]) => { score: number; pValue: number } | undefined,
  minutesBaseline: number,
  information: number,
): Change | undefined {
  const whole = test(pieces);
  if (!whole) return undefined;
  const middle = Math.floor(pieces.length / 2);
  return {
    method,
    ...whole,
    alwaysPValue: alwaysValidPValue(whole.pValue, information),
    halves: [test(pieces.slice(0, middle))?.pValue ?? 1, test(pieces.slice(middle))?.pValue ?? 1],
    minutesBaseline,
    minutesCandidate: pieces.length,
  };
}

/**
 * The test of Mantel and Haenszel with its score divided by the root of what the minutes differ more than chance: instances of one
 * version may have a bad minute that the other's do not have.
 */
function withinMinutes(pairs: readonly SharedMinute[]): { score: number; pValue: number } | undefined {
  const result = cochranMantelHaenszel(pairs);
  if (!result) return undefined;
  const strata = pairs.flatMap(({ baseline, candidate }) => {
    const calls = baseline.calls + candidate.calls;
    const events = baseline.events + candidate.events;
    const excess = candidate.events - (candidate.calls * events) / calls;
    const variance =
      (candidate.calls * baseline.calls * events * (calls - events)) / (calls * calls * Math.max(1, calls - 1));
    return variance > 0 ? [{ excess, variance }] : [];
  });
  const shift = sum(strata.map((it) => it.excess)) / sum(strata.map((it) => it.variance));
  const dispersion =
    sum(strata.map(({ excess, variance }) => (excess - shift * variance) ** 2 / variance)) /
    Math.max(1, strata.length - 1);
  const score = result.score / Math.sqrt(Math.max(1, dispersion));
  return { score, pValue: normalUpperTail(score) };
}

function sharedMinutes(baseline: readonly TimedCounts[], candidate: readonly TimedCounts[]): SharedMinute[] {
  const old = new Map(baseline.map((it) => [it.minute, it]));
  return candidate.flatMap((it) => {
    const beside = old.get(it.minute);
    return beside && beside.calls > 0 && it.calls > 0 ? [{ baseline: beside, candidate: it }] : [];
  });
}

function oneSided(score: number, pValue: number): number {
  return score > 0 ? pValue / 2 : 1 - pValue / 2;
}

function hasCalls(minutes: readonly MinuteCounts[]): boolean {
  return sum(minutes.map(({ calls }) => calls)) >= MIN_CALLS;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
