import type { Prediction } from '@hindcast/core/verify/prediction';
import type { CollectorClient } from '../collector/collectorClient.js';
import type { Deployment, FunctionReference } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { Grammars } from '../source/grammars.js';
import { CASE_SCHEMA, type Case, type CasePlace } from './caseFile.js';
import { gatherEvidence } from './gatherEvidence.js';
import { predictionOf, predictionOfMinutes } from './predictionOf.js';
import { suspectedChange } from './suspectedChange.js';

const WINDOW_SECONDS = 2 * 86_400;
const DEADLINE_MS = 30_000;

/** What a case is made from. */
export interface CaseSources {
  readonly client: Pick<CollectorClient, 'getFunction' | 'getCriticalPath' | 'listExemplars' | 'getVersionMinutes'>;
  readonly repository: GitRepository | undefined;
  readonly grammars: Grammars;
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A case of a finding: its evidence, the change that is suspected, and when it counts as mended. @throws CollectorClientError */
export async function openCase(
  finding: Finding,
  { client, repository, grammars, nowMs, signal }: CaseSources,
): Promise<Case> {
  const { evidence, callees } = await gatherEvidence(finding, client, signal);
  const own = finding.function && {
    ...{ file: finding.filePath, name: finding.function.name },
    ...{ line: finding.function.line, column: finding.function.column },
  };
  const suspects = finding.suspects.map(placeOf);
  const involved = distinct([...(own ? [own] : []), ...suspects, ...callees]);
  const revisions = { from: finding.before?.revision ?? '', to: finding.after?.revision ?? '' };
  return {
    ...{ schema: CASE_SCHEMA, id: finding.id, status: 'open', openedAt: new Date(nowMs).toISOString() },
    finding: {
      ...{ kind: finding.kind, state: finding.state, summary: finding.summary },
      ...{ service: finding.service, environment: finding.environment, function: own },
      entryPoint: finding.entryPoint,
      errorType: finding.errorType === '' ? undefined : finding.errorType,
      before: finding.before && versionOf(finding.before, finding.beforeValue),
      after: versionOf(finding.after, finding.afterValue),
      ...{ measure: finding.measure, unit: finding.unit, effect: [finding.effectLow, finding.effectHigh] },
      ...{ pValue: finding.pValue, qValue: finding.qValue, method: finding.method },
      minutes: { before: finding.minutesBefore, after: finding.minutesAfter },
      calls: { before: finding.callsBefore, after: finding.callsAfter },
      affected: finding.affected.map(placeOf),
      affectedEntryPoints: finding.affectedEntryPoints,
      suspects,
    },
    evidence,
    suspectedChange: await suspectedChange(repository, grammars, revisions, involved),
    prediction: await predictionFrom(finding, client, signal),
    ...{ fixes: [], verifications: [] },
  };
}

async function predictionFrom(
  finding: Finding,
  client: CaseSources['client'],
  signal: AbortSignal | undefined,
): Promise<Prediction> {
  const { service, environment, before, after, function: own, filePath } = finding;
  if (finding.kind !== 'duration' || !own || !before || !after || finding.dependency) return predictionOf(finding);
  const minutes = await client.getVersionMinutes(
    {
      candidate: after,
      baselines: [before],
      function: { service, filePath, name: own.name, line: own.line, column: own.column },
    },
    { windowSeconds: WINDOW_SECONDS, service, environment },
    { signal, deadlineMs: DEADLINE_MS },
  );
  return predictionOfMinutes(finding, minutes);
}

function versionOf(deployment: Deployment | undefined, value: number) {
  return { version: deployment?.version ?? '', revision: deployment?.revision ?? '', value };
}

function placeOf({ service, filePath = '', name = '', line = 0, column = 0 }: FunctionReference): CasePlace {
  return { service, file: filePath, name, line, column };
}

function distinct(places: readonly CasePlace[]): CasePlace[] {
  return [...new Map(places.map((place) => [`${place.file}\0${place.name}\0${place.line}`, place])).values()];
}
