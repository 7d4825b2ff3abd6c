import { REPEATED_CALLS } from '@hindcast/core/detect/repeatedCalls';
import { effectFloor, type PredictedMeasure, type Prediction } from '@hindcast/core/verify/prediction';
import { valueOf } from '@hindcast/core/verify/boundTest';
import type { FunctionReference } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { VersionsMinutes } from '../collector/versionMinutes.js';
import { subjectMinutes } from './subjectMinutes.js';

/** When a finding counts as mended: what it measured is back where it was, or, for shapes of one version, under what makes it one. */
export function predictionOf(finding: Finding): Prediction {
  const { kind, before, after, service, environment } = finding;
  const measure = measureOf(finding);
  const isShape = kind === 'n_plus_one' || kind === 'chatty_dependency';
  return {
    subject: {
      ...{ service, environment },
      function: finding.function && {
        ...{ file: finding.filePath, name: finding.function.name },
        ...{ line: finding.function.line, column: finding.function.column },
      },
      entryPoint: finding.entryPoint,
      callee: finding.callee && placeOf(finding.callee),
      dependency: finding.dependency && { kind: finding.dependency.kind, target: finding.dependency.target },
      errorType: finding.errorType === '' ? undefined : finding.errorType,
    },
    measure,
    unit: finding.unit,
    expect: isShape ? 'below' : 'back_to_baseline',
    threshold: isShape ? REPEATED_CALLS : effectFloor(measure, finding.beforeValue, finding.afterValue),
    baseline: before && { version: before.version, revision: before.revision, value: finding.beforeValue },
    regressed: { version: after?.version ?? '', revision: after?.revision ?? '', value: finding.afterValue },
    ...{ window: 'PT4H', minimumMinutes: 5, minimumCalls: 20 },
  };
}

/**
 * The same about the lowest quantile that shows the regression: detection names the one that shows it best, but whether a tail is as it
 * was takes many more calls to say than whether a median is.
 */
export function predictionOfMinutes(finding: Finding, minutes: VersionsMinutes | undefined): Prediction {
  const prediction = predictionOf(finding);
  const { baseline, regressed } = prediction;
  if (!baseline || finding.kind !== 'duration') return prediction;
  const before = subjectMinutes(minutes?.baselines[0]);
  const after = subjectMinutes(minutes?.candidate);
  for (const measure of ['p50', 'p90'] as const) {
    if (measure === prediction.measure) break;
    const [was, is] = [valueOf(before, measure), valueOf(after, measure)];
    if (was === undefined || is === undefined || is < effectFloor(measure, was)) continue;
    return {
      ...{ ...prediction, measure, threshold: effectFloor(measure, was, is) },
      baseline: { ...baseline, value: was },
      regressed: { ...regressed, value: is },
    };
  }
  return prediction;
}

function measureOf({ kind, measure }: Finding): PredictedMeasure {
  switch (kind) {
    case 'duration':
      return measure === 'p50' || measure === 'p90' || measure === 'p99' ? measure : 'finding';
    case 'error_rate':
      return 'error rate';
    case 'new_error_type':
      return 'new error type';
    case 'call_count':
    case 'dependency_count':
    case 'n_plus_one':
    case 'chatty_dependency':
      return 'calls/call';
    case 'masked_errors':
    case 'unbounded_growth':
    case 'unknown':
      return 'finding';
  }
}

function placeOf({ filePath = '', name = '', line = 0, column = 0 }: FunctionReference) {
  return { file: filePath, name, line, column };
}
