import type { FunctionPlace, PredictedVersion, Prediction } from '@hindcast/core/verify/prediction';
import { testPrediction, type Tested } from '@hindcast/core/verify/testPrediction';
import type { CollectorClient } from '../collector/collectorClient.js';
import type { FunctionReference } from '../collector/facts.js';
import type { FindingKind } from '../collector/findings.js';
import type { VersionMinutes, VersionReference, VersionsMinutes } from '../collector/versionMinutes.js';
import { subjectMinutes } from './subjectMinutes.js';

const WINDOW_SECONDS = 2 * 86_400;
const MAX_MINUTES = 240;
const DEADLINE_MS = 30_000;

export interface Answer {
  readonly tested: Tested;
  /** The version that the prediction was tested on; undefined: there is none yet. */
  readonly candidate: PredictedVersion | undefined;
}

/**
 * Tests a prediction on the version that began last, or on the named one.
 * @param kind of the finding, for predictions that detection no longer finds it
 * @throws CollectorClientError
 */
export async function verifyPrediction(
  prediction: Prediction,
  client: Pick<CollectorClient, 'getVersionMinutes' | 'listFindings'>,
  more: {
    readonly kind?: FindingKind | undefined;
    readonly candidate?: VersionReference | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<Answer> {
  const { subject, baseline, regressed } = prediction;
  const scope = { windowSeconds: WINDOW_SECONDS, service: subject.service, environment: subject.environment };
  const ask = { signal: more.signal, deadlineMs: DEADLINE_MS };
  const minutes = await client.getVersionMinutes(
    {
      candidate: more.candidate,
      baselines: [regressed, ...(baseline ? [baseline] : [])].map(({ version, revision }) => ({ version, revision })),
      function: subject.function && referenceOf(subject.function, subject.service),
      // A function as one entry point sees it is not kept by the minute.
      entryPoint: subject.function ? undefined : subject.entryPoint,
      callee: subject.callee && referenceOf(subject.callee, subject.service),
      dependency: subject.callee ? undefined : subject.dependency,
      maxMinutes: MAX_MINUTES,
    },
    scope,
    ask,
  );
  if (!minutes) return waiting('this collector is too old to compare versions by the minute');
  const { candidate } = minutes;
  if (!candidate || isSame(candidate, regressed) || isSame(candidate, baseline)) {
    return waiting('no version has been deployed since');
  }
  const measured = (value: number | undefined): PredictedVersion => ({
    version: candidate.deployment.version,
    revision: candidate.deployment.revision,
    value,
  });
  if (prediction.measure === 'finding') {
    return { tested: await byFinding(prediction, more.kind, candidate, client, ask), candidate: measured(undefined) };
  }
  if (candidate.minutes.length > 0 && subject.function && !candidate.function) {
    return { ...waiting('the function is not there any more under its name'), candidate: measured(undefined) };
  }
  const tested = testPrediction(prediction, dataOf(minutes, prediction));
  return { tested, candidate: measured(tested.values.candidate) };
}

function dataOf({ candidate, baselines }: VersionsMinutes, { regressed, baseline }: Prediction) {
  const of = (version: PredictedVersion | undefined) => baselines.find((each) => isSame(each, version));
  return {
    candidate: subjectMinutes(candidate),
    regressed: subjectMinutes(of(regressed)),
    baseline: subjectMinutes(of(baseline)),
  };
}

/** Shapes without a measure of their own: the same detection has to find them again, or not, in as many minutes. */
async function byFinding(
  { subject, minimumMinutes, minimumCalls }: Prediction,
  kind: FindingKind | undefined,
  { minutes, deployment }: VersionMinutes,
  client: Pick<CollectorClient, 'listFindings'>,
  ask: { readonly signal?: AbortSignal | undefined; readonly deadlineMs: number },
): Promise<Tested> {
  const calls = minutes.reduce((sum, each) => sum + each.calls, 0);
  const known = { ...NOTHING, minutes: minutes.length, calls };
  const found = await client.listFindings(
    {
      kinds: kind === undefined ? [] : [kind],
      function: subject.function && referenceOf(subject.function, subject.service),
    },
    { windowSeconds: WINDOW_SECONDS, service: subject.service, environment: subject.environment },
    ask,
  );
  const again = found?.findings.some(
    ({ after, kind: own }) =>
      own === kind && after?.version === deployment.version && after.revision === deployment.revision,
  );
  if (again) return { ...known, verdict: 'refuted', reason: 'Refuted: the same is found in the new version.' };
  // Twice what detection needs: what it does not find in little is not shown to be gone.
  if (!found || minutes.length < 4 * minimumMinutes || calls < 2 * minimumCalls) {
    return { ...known, ...waiting(`the new version has ${calls} calls in ${minutes.length} minutes`).tested };
  }
  return { ...known, verdict: 'confirmed', reason: 'Confirmed: it is not found in the new version.' };
}

function isSame({ deployment }: VersionMinutes, version: PredictedVersion | undefined): boolean {
  return deployment.version === version?.version && deployment.revision === version.revision;
}

function referenceOf({ file, name, line, column }: FunctionPlace, service: string): FunctionReference {
  return { service, filePath: file, name, line, column: column ?? 0 };
}

const NOTHING = {
  values: { baseline: undefined, regressed: undefined, candidate: undefined },
  ...{ improvedPValue: undefined, withinPValue: undefined, worsePValue: undefined, method: undefined },
  ...{ minutes: 0, calls: 0 },
} as const;

function waiting(reason: string): Answer {
  const tested = { ...NOTHING, verdict: 'not enough data yet', reason: `Not enough data yet: ${reason}.` } as const;
  return { tested, candidate: undefined };
}
