import { mergeHistograms } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { COMPARED_MINUTES, WARM_UP_MINUTES } from '../detect/comparePair.js';
import { sameFunctions, type SameFunctions } from '../detect/sameFunctions.js';
import { subjectText, type SubjectKey } from '../detect/subjectKeys.js';
import { eachMinute, piecesOf, type MinuteRange, type Piece } from '../detect/versionFacts.js';
import { retention, type DeploymentRecord } from '../store/store.js';
import { MINUTE_MS, minuteOf } from '../store/storeTime.js';
import { deploymentsInScope, withoutDoubles } from './deployments.js';
import { isSelected, readFunctionRef } from './functionRef.js';
import { deploymentMessage, errorMessages, histogramMessage, placeMessage, timestamp } from './messages.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { readScope } from './scope.js';

import v1 = hindcast.v1;

const MAX_BASELINES = 5;
const MAX_MINUTES = 240;
/** The function asked for may be called less often than those that detection looks at. */
const MAX_FUNCTIONS = 100_000;

interface Observed {
  readonly deployment: DeploymentRecord;
  readonly first: number;
  readonly last: number;
}

interface Version extends Observed {
  readonly functions: SameFunctions;
}

/** Answers GetVersionMinutes. @throws RequestError */
export async function getVersionMinutes(
  request: v1.GetVersionMinutesRequest.$Properties,
  question: Question,
): Promise<v1.GetVersionMinutesResponse.$Properties> {
  const scope = { ...readScope(request.scope, question.nowMs), version: '' };
  if (scope.service === '') throw new RequestError('scope.service: name a service.');
  if (!request.function && !request.entryPoint) throw new RequestError('give a function or an entry_point.');
  const asked = request.baselines ?? [];
  if (asked.length > MAX_BASELINES) throw new RequestError(`baselines: at most ${MAX_BASELINES}.`);
  const kept = minuteOf(question.nowMs) - retention.minuteHours * 60;
  const deployments = withoutDoubles(await deploymentsInScope(question, scope));
  const newest = await observed(deployments, kept, question);
  const found = newest.find(({ deployment }) => isVersion(request.candidate, deployment));
  const answer = { computedAt: timestamp(question.nowMs) };
  if (!found) return answer;
  const candidate = await withFunctions(found, kept, question);
  const baselines: Version[] = [];
  for (const ref of asked) {
    const baseline = newest.find((it) => it !== found && isVersion(ref, it.deployment));
    if (baseline) baselines.push(await withFunctions(baseline, kept, question));
  }
  const wanted = wantedSubject(request, [...baselines, candidate]);
  const from = candidate.first + WARM_UP_MINUTES;
  const maxMinutes = Math.min(request.maxMinutes || COMPARED_MINUTES, MAX_MINUTES);
  const range = { from, to: Math.min(from + maxMinutes, candidate.last + 1) };
  const before = ({ first, last }: Version): MinuteRange => {
    // As in comparisons: where the baseline ended earlier, its last minutes are what there is.
    const until = Math.min(range.from, last + 1);
    return { from: Math.max(kept, first, until - COMPARED_MINUTES), to: range.to };
  };
  const versions: v1.VersionMinutes.$Properties[] = [];
  for (const baseline of baselines) versions.push(await minutesOf(baseline, before(baseline), wanted, question));
  return { ...answer, candidate: await minutesOf(candidate, range, wanted, question), baselines: versions };
}

/** Those that reported, the one that began last first. */
async function observed(
  deployments: readonly DeploymentRecord[],
  kept: number,
  question: Question,
): Promise<Observed[]> {
  const versions: Observed[] = [];
  for (const deployment of deployments) {
    const minutes = [...(await question.store.readObserved(deployment.id, kept, 1)).keys()];
    if (minutes.length === 0) continue;
    versions.push({
      deployment,
      first: minutes.reduce((least, it) => Math.min(least, it)),
      last: minutes.reduce((most, it) => Math.max(most, it)),
    });
    await question.proceed();
  }
  return versions.sort((a, b) => b.first - a.first || b.deployment.id - a.deployment.id);
}

async function withFunctions(it: Observed, kept: number, question: Question): Promise<Version> {
  const functions = await sameFunctions(it.deployment, kept, question, MAX_FUNCTIONS);
  await question.proceed();
  return { ...it, functions };
}

function isVersion(ref: v1.VersionRef.$Properties | null | undefined, { key }: DeploymentRecord): boolean {
  return (!ref?.version || ref.version === key.version) && (!ref?.revision || ref.revision === key.revision);
}

/** What is looked for, and who calls it where that is counted too. */
interface Wanted {
  readonly subject: string;
  readonly caller: string | undefined;
  readonly functionKey: string | undefined;
}

function wantedSubject(request: v1.GetVersionMinutesRequest.$Properties, versions: readonly Version[]): Wanted {
  const { entryPoint, callee, dependency } = request;
  if (!request.function) {
    const key: SubjectKey = {
      kind: 'entry',
      entryPoint: { kind: entryPoint?.kind ?? '', name: entryPoint?.name ?? '' },
    };
    return { subject: subjectText(key), caller: undefined, functionKey: undefined };
  }
  const fn = functionKey(request.function, 'function', versions);
  const caller = subjectText({ kind: 'function', fn });
  if (callee) {
    const subject = subjectText({ kind: 'edge', fn, callee: functionKey(callee, 'callee', versions) });
    return { subject, caller, functionKey: fn };
  }
  if (dependency) {
    const key = { kind: dependency.kind ?? '', target: dependency.target ?? '' };
    return { subject: subjectText({ kind: 'dependency', fn, dependency: key }), caller, functionKey: fn };
  }
  return { subject: caller, caller: undefined, functionKey: fn };
}

/** The key that a function has in every version. @throws RequestError when several have the name and none the place */
function functionKey(ref: v1.FunctionRef.$Properties, field: string, versions: readonly Version[]): string {
  const exact = readFunctionRef(ref, field);
  const named = { ...exact, line: 0, column: 0 };
  for (const { deployment, functions } of versions) {
    const all = [...functions.byKey].filter(([, { fn }]) => isSelected(named, deployment.key.service, fn));
    const [only, another] = all;
    if (only && !another) return only[0];
    const [placed, twin] = all.filter(([, { fn }]) => isSelected(exact, deployment.key.service, fn));
    if (placed && !twin) return placed[0];
    if (placed) throw new RequestError(`${field}: several functions have this name; say at which line.`);
  }
  return '';
}

async function minutesOf(
  { deployment, functions }: Version,
  range: MinuteRange,
  { subject, caller, functionKey: key }: Wanted,
  question: Question,
): Promise<v1.VersionMinutes.$Properties> {
  const minutes: v1.VersionMinute.$Properties[] = [];
  await eachMinute(deployment.id, range, question, (minute) => {
    let callerCalls = 0;
    const pieces: Piece[] = [];
    for (const [of, piece] of piecesOf(minute, functions)) {
      const text = subjectText(of);
      if (text === caller) callerCalls += piece.calls;
      else if (text === subject) pieces.push(piece);
    }
    const calls = pieces.reduce((sum, piece) => sum + piece.calls, 0);
    if (calls + callerCalls === 0) return;
    const errors = new Map<string, number>();
    for (const piece of pieces) for (const [type, n] of piece.errors) errors.set(type, (errors.get(type) ?? 0) + n);
    minutes.push({
      start: timestamp(minute.minute * MINUTE_MS),
      ...{ calls, callerCalls, errorsByType: errorMessages(errors) },
      duration: histogramMessage(mergeHistograms(pieces.map(({ durations }) => durations))),
    });
  });
  const fn = key === undefined ? undefined : functions.byKey.get(key)?.fn;
  return { deployment: deploymentMessage(deployment), minutes, function: fn ? placeMessage(fn) : null };
}
