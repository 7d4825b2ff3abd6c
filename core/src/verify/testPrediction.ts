import {
  boundTest,
  differenceTest,
  sampleOf,
  valueOf,
  type BoundTest,
  type SubjectMinute,
  type TestedMeasure,
} from './boundTest.js';
import { effectFloor, type Prediction, type Verdict } from './prediction.js';

/** What the versions did minute by minute; the candidate's without its warm-up. */
export interface PredictionData {
  readonly candidate: readonly SubjectMinute[];
  readonly regressed: readonly SubjectMinute[];
  readonly baseline: readonly SubjectMinute[];
}

/** The answer to a prediction, with what it rests on. */
export interface Tested {
  readonly verdict: Verdict;
  /** One sentence of ours. */
  readonly reason: string;
  /** In the prediction's unit; undefined where nothing is known. */
  readonly values: {
    readonly baseline: number | undefined;
    readonly regressed: number | undefined;
    readonly candidate: number | undefined;
  };
  /** How likely the data are if the candidate were no better than the version that got worse. */
  readonly improvedPValue: number | undefined;
  /** … if it were above what it has to stay under. */
  readonly withinPValue: number | undefined;
  /** … if it were no worse than the baseline. */
  readonly worsePValue: number | undefined;
  readonly method: BoundTest['method'] | 'new-type' | undefined;
  /** Minutes and calls of the candidate that were looked at. */
  readonly minutes: number;
  readonly calls: number;
}

/** A prediction is looked at again while data come; it is tested only at these numbers of minutes, so that looks do not add up. */
const LOOKS = [240, 120, 60, 40, 20, 10, 5] as const;
/** How likely chance may be where better or worse is claimed: over all seven looks under 1 %. */
export const SHOWN_P = 0.001;
/** … and where it is claimed that nothing is left of a regression that was shown. */
export const WITHIN_P = 0.01;
/** Of what got worse, at most so much is left as far as is proven; what is measured is under the floor as well. */
const LEFT = 0.2;
/** Smaller changes of a duration are not told from none. */
const DURATION_FLOOR = 1.1;
/** Three errors of a type that is to be gone: it is not. */
const MIN_ERRORS = 3;

/** Holds a prediction against what the version after the change did. Not for the measure `finding`. */
export function testPrediction(prediction: Prediction, data: PredictionData): Tested {
  const look = LOOKS.find((minutes) => minutes <= data.candidate.length);
  const candidate = data.candidate.slice(0, look ?? data.candidate.length);
  if (prediction.measure === 'new error type') return testErrorType(prediction, { ...data, candidate }, look);
  const measure: TestedMeasure = prediction.measure === 'finding' ? 'error rate' : prediction.measure;
  const calls = sampleOf(candidate, measure);
  const [before, now, base] = [data.regressed, candidate, data.baseline].map((it) => valueOf(it, measure));
  const known = {
    ...nothing,
    ...{ values: { baseline: base, regressed: before, candidate: now }, minutes: candidate.length, calls },
  };
  if (look === undefined || look < prediction.minimumMinutes || calls < prediction.minimumCalls || now === undefined) {
    return waiting(known, `the new version has ${calls} calls in ${candidate.length} minutes`);
  }
  const change = boundTest(data.regressed, candidate, measure);
  if (!change || before === undefined) return waiting(known, 'too little is kept of the version that got worse');
  const shown = { ...known, improvedPValue: change.belowPValue, method: change.method };
  switch (prediction.expect) {
    case 'back_to_baseline':
      return backToBaseline(prediction, measure, { ...data, candidate }, shown);
    case 'below': {
      const within = boundTest(data.regressed, candidate, measure, prediction.threshold);
      const tested = { ...shown, withinPValue: within?.belowPValue, worsePValue: within?.abovePValue };
      if (within && within.belowPValue <= WITHIN_P) return { ...tested, ...confirmed('it is under the limit') };
      if (within && within.abovePValue <= SHOWN_P) return { ...tested, ...refuted('it is still over the limit') };
      return waiting(tested, 'it can be on either side of the limit');
    }
    case 'lower': {
      const enough = measure === 'error rate' ? before - 0.001 : before / DURATION_FLOOR;
      const within = boundTest(data.regressed, candidate, measure, enough);
      const tested = { ...shown, worsePValue: change.abovePValue };
      if (change.belowPValue <= SHOWN_P && now <= enough) return { ...tested, ...confirmed('it is lower than before') };
      if (within && within.abovePValue <= WITHIN_P) return { ...tested, ...refuted('it is not lower than before') };
      return waiting(tested, 'a difference is neither shown nor excluded');
    }
    case 'not_higher': {
      const within = boundTest(data.regressed, candidate, measure, effectFloor(measure, before));
      const tested = { ...shown, withinPValue: within?.belowPValue, worsePValue: change.abovePValue };
      const noticed = measure === 'error rate' ? before + 0.001 : before * DURATION_FLOOR;
      if (change.abovePValue <= SHOWN_P && now >= noticed) return { ...tested, ...refuted('it is higher than before') };
      if (within && within.belowPValue <= WITHIN_P) return { ...tested, ...confirmed('it is not higher than before') };
      return waiting(tested, 'a difference is neither shown nor excluded');
    }
  }
}

type Known = Omit<Tested, 'verdict' | 'reason'>;

function backToBaseline(
  { regressed, measure: predicted }: Prediction,
  measure: TestedMeasure,
  { candidate, baseline, regressed: bad }: PredictionData,
  shown: Known,
): Tested {
  const improved = differenceTest(bad, candidate, measure, baseline)?.belowPValue;
  const known = { ...shown, improvedPValue: improved ?? shown.improvedPValue };
  const { baseline: base, candidate: now = 0, regressed: before = regressed.value } = known.values;
  if (base === undefined) return waiting(known, 'nothing is kept of the version that was good');
  const floor = effectFloor(predicted, base, before);
  const bound = Math.max(floor, base + LEFT * ((before ?? base) - base));
  const within = boundTest(baseline, candidate, measure, bound);
  const worse = boundTest(baseline, candidate, measure);
  const tested = { ...known, withinPValue: within?.belowPValue, worsePValue: worse?.abovePValue };
  if (worse && worse.abovePValue <= SHOWN_P && now >= floor) {
    const better = (known.improvedPValue ?? 1) <= SHOWN_P;
    return {
      ...tested,
      ...refuted(better ? 'it is better, but still worse than it was' : 'it is still worse than it was'),
    };
  }
  const tail = QUANTILES.find(
    (each) => measure !== each && isQuantile(measure) && isWorse(baseline, bad, candidate, each),
  );
  if (tail !== undefined) return { ...tested, ...refuted(`its ${tail} is worse than it was`) };
  const isBack = within !== undefined && within.belowPValue <= WITHIN_P && now < floor;
  if (isBack && (known.improvedPValue ?? 1) <= SHOWN_P) return { ...tested, ...confirmed('it is as it was') };
  return waiting(
    tested,
    isBack ? 'it is not yet shown that it became better' : 'a rest of it is neither shown nor excluded',
  );
}

const QUANTILES = ['p50', 'p90', 'p99'] as const;

function isQuantile(measure: TestedMeasure): boolean {
  return QUANTILES.some((each) => each === measure);
}

/** What one quantile says does not hold where another has become worse. */
function isWorse(
  baseline: readonly SubjectMinute[],
  bad: readonly SubjectMinute[],
  candidate: readonly SubjectMinute[],
  measure: TestedMeasure,
): boolean {
  const [base, now] = [valueOf(baseline, measure), valueOf(candidate, measure)];
  if (base === undefined || now === undefined || now < effectFloor(measure, base, valueOf(bad, measure))) return false;
  return (boundTest(baseline, candidate, measure)?.abovePValue ?? 1) <= SHOWN_P;
}

/** An error type that is to be gone: as many calls without it as would have shown it, were it as frequent as before. */
function testErrorType(
  { subject, minimumCalls, regressed }: Prediction,
  data: PredictionData,
  look: number | undefined,
): Tested {
  const count = (minutes: readonly SubjectMinute[]) =>
    minutes.reduce((total, { errors }) => total + (errors.get(subject.errorType ?? '') ?? 0), 0);
  const rate = (minutes: readonly SubjectMinute[]) => {
    const calls = sampleOf(minutes, 'error rate');
    return calls > 0 ? count(minutes) / calls : undefined;
  };
  const [base, before, now] = [data.baseline, data.regressed, data.candidate].map(rate);
  const calls = sampleOf(data.candidate, 'error rate');
  const expected = calls * (before ?? regressed.value ?? 0);
  const improvedPValue = count(data.candidate) === 0 ? Math.exp(-expected) : undefined;
  const known: Known = {
    ...nothing,
    ...{ values: { baseline: base, regressed: before, candidate: now }, minutes: data.candidate.length, calls },
    ...{ improvedPValue, withinPValue: improvedPValue, method: 'new-type' as const },
  };
  if (count(data.candidate) >= MIN_ERRORS) return { ...known, ...refuted('it still fails in this way') };
  if (look === undefined || calls < minimumCalls) {
    return waiting(known, `the new version has ${calls} calls in ${data.candidate.length} minutes`);
  }
  if (improvedPValue !== undefined && improvedPValue <= SHOWN_P) {
    return { ...known, ...confirmed('it no longer fails in this way') };
  }
  return waiting(known, 'it is too rare to be missed yet');
}

const nothing = {
  improvedPValue: undefined,
  withinPValue: undefined,
  worsePValue: undefined,
  method: undefined,
} as const;

function confirmed(reason: string): Pick<Tested, 'verdict' | 'reason'> {
  return { verdict: 'confirmed', reason: `Confirmed: ${reason}.` };
}

function refuted(reason: string): Pick<Tested, 'verdict' | 'reason'> {
  return { verdict: 'refuted', reason: `Refuted: ${reason}.` };
}

function waiting(known: Known, reason: string): Tested {
  return { ...known, verdict: 'not enough data yet', reason: `Not enough data yet: ${reason}.` };
}
