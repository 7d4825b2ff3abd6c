/** What is predicted of: a function, an entry point as a whole, or how often a function calls something. */
export interface PredictionSubject {
  readonly service: string;
  readonly environment: string;
  /** In the version that got worse. */
  readonly function?: FunctionPlace | undefined;
  readonly entryPoint?: { readonly kind: string; readonly name: string } | undefined;
  readonly callee?: FunctionPlace | undefined;
  readonly dependency?: { readonly kind: string; readonly target: string } | undefined;
  /** For the measure `new error type`. */
  readonly errorType?: string | undefined;
}

export interface FunctionPlace {
  readonly file: string;
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  readonly column?: number | undefined;
}

/** `finding`: nothing that is measured by itself; detection must no longer find it. */
export type PredictedMeasure = 'p50' | 'p90' | 'p99' | 'error rate' | 'new error type' | 'calls/call' | 'finding';

/**
 * What has to become of a measure: `back_to_baseline` as it was before it got worse; `below` a value; `lower` or `not_higher` than in the
 * version before.
 */
export type Expectation = 'back_to_baseline' | 'below' | 'lower' | 'not_higher';

export interface PredictedVersion {
  readonly version: string;
  readonly revision: string;
  /** Of the measure, when the prediction was made; undefined: not known. */
  readonly value: number | undefined;
}

/** What a change is expected to do, so that data can say whether it did. */
export interface Prediction {
  readonly subject: PredictionSubject;
  readonly measure: PredictedMeasure;
  /** `s`, `1` (a rate 0..1) or `calls/call`. */
  readonly unit: string;
  readonly expect: Expectation;
  /** What the measure has to stay at or under, in `unit`. */
  readonly threshold: number;
  /** The version that was good; undefined for shapes of one version. */
  readonly baseline: PredictedVersion | undefined;
  /** The version that is to be mended. */
  readonly regressed: PredictedVersion;
  /** ISO-8601: from the newer version's minutes, after its warm-up, at most so many are looked at. */
  readonly window: string;
  readonly minimumMinutes: number;
  readonly minimumCalls: number;
}

export type Verdict = 'confirmed' | 'refuted' | 'not enough data yet';

/** Of what got worse, so much may be left: nothing that ran at another time is exactly as it was. */
const LEFT = 0.1;

/**
 * What a measure has to stay under to be as it was: less is no regression (docs/detection.md), or no more than a tenth of the one that is
 * mended.
 */
export function effectFloor(measure: PredictedMeasure, baseline: number, regressed = baseline): number {
  const left = baseline + LEFT * Math.max(0, regressed - baseline);
  if (measure === 'error rate') return Math.max(baseline + 0.001, baseline * 1.5, left);
  if (measure === 'calls/call') return Math.max(baseline + 0.2, baseline * 1.2, left);
  return measure === 'new error type' || measure === 'finding' ? 0 : Math.max(baseline * 1.24, left);
}
