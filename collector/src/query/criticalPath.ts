import { hindcast } from '@hindcast/proto/generated/query.js';
import { entryPointKeyText, pathOwnerKeyText } from '../store/keys.js';
import type { EntryPointKey } from '../store/model.js';
import type { DeploymentRecord, ExemplarRecord, PathOwnerTotal, PathRecord } from '../store/store.js';
import { deploymentsInScope, serviceText } from './deployments.js';
import { exemplarMessage } from './exemplars.js';
import { estimatedPath } from './exemplarPath.js';
import { groupBy } from './groupBy.js';
import { entryPointMessage, placeMessage, timestamp } from './messages.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { readScope } from './scope.js';

import v1 = hindcast.v1;

/** Answers GetCriticalPath. @throws RequestError */
export async function getCriticalPath(
  request: v1.GetCriticalPathRequest,
  question: Question,
): Promise<v1.GetCriticalPathResponse.$Properties> {
  const { store, nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  if (scope.service === '')
    throw new RequestError('scope.service is needed: critical paths are of one service’s entry points.');
  const deployments = await deploymentsInScope(question, scope);
  const ids = deployments.map(({ id }) => id);
  const { kind = '', name = '' } = request.entryPoint ?? {};
  const isAsked = (it: EntryPointKey): boolean => !name || (it.name === name && (!kind || it.kind === kind));
  const entryPoint = name && kind ? { kind, name } : undefined;
  const paths = (await store.readPaths(ids, scope.fromMinute)).filter((it) => isAsked(it.entryPoint));
  await question.proceed();
  const exemplars = (await store.readExemplars(ids, entryPoint)).filter(
    (it) => it.timeMs >= scope.fromMs && isAsked(it.entryPoint),
  );
  const byId = new Map(deployments.map((it) => [it.id, it]));
  const textOf = (it: PathRecord | ExemplarRecord): string => {
    const deployment = byId.get(it.deploymentId);
    return `${deployment ? serviceText(deployment) : ''}\0${entryPointKeyText(it.entryPoint)}`;
  };
  const ofTraces = groupBy(paths, textOf);
  const ofExemplars = groupBy(exemplars, textOf);
  const answers = [...new Set([...ofTraces.keys(), ...ofExemplars.keys()])].flatMap((text) => {
    const some = ofExemplars.get(text) ?? [];
    const deployment = byId.get((ofTraces.get(text)?.[0] ?? some[0])?.deploymentId ?? -1);
    if (!deployment) return [];
    const path = mergedPath(ofTraces.get(text) ?? []);
    const basis = path && path.traces > 0 ? v1.Basis.BASIS_TRACES : v1.Basis.BASIS_EXEMPLARS;
    const chosen = basis === v1.Basis.BASIS_TRACES ? path : (estimatedPath(some, deployment.key.service) ?? path);
    return chosen ? [{ path: chosen, basis, deployment, examples: examplesOf(some, byId) }] : [];
  });
  return {
    paths: answers
      .sort((a, b) => b.path.totalNanos - a.path.totalNanos)
      .map(({ path, basis, deployment: { key }, examples }) => ({
        service: key.service,
        environment: key.environment,
        entryPoint: entryPointMessage(path.entryPoint),
        basis,
        traces: path.traces,
        partialTraces: path.partialTraces,
        meanSeconds: path.traces > 0 ? path.totalNanos / path.traces / 1e9 : 0,
        parts: partMessages(path, key.service, basis),
        examples,
      })),
    computedAt: timestamp(nowMs),
  };
}

/** Undefined for none. */
export function mergedPath(records: readonly PathRecord[]): PathRecord | undefined {
  const [first, ...others] = records;
  if (!first || others.length === 0) return first;
  const owners = new Map<string, PathOwnerTotal>();
  for (const it of records.flatMap((record) => record.owners)) {
    const text = pathOwnerKeyText(it.owner);
    const at = owners.get(text);
    owners.set(text, {
      owner: it.owner,
      traces: it.traces + (at?.traces ?? 0),
      pathTraces: it.pathTraces + (at?.pathTraces ?? 0),
      selfNanos: it.selfNanos + (at?.selfNanos ?? 0),
      savesAtMostNanos: it.savesAtMostNanos + (at?.savesAtMostNanos ?? 0),
      boundTraces: it.boundTraces + (at?.boundTraces ?? 0),
    });
  }
  const total = (field: 'traces' | 'partialTraces' | 'totalNanos'): number =>
    records.reduce((all, record) => all + record[field], 0);
  return {
    ...first,
    traces: total('traces'),
    partialTraces: total('partialTraces'),
    totalNanos: total('totalNanos'),
    owners: [...owners.values()],
  };
}

/** Largest share first; only what was on a path. */
export function partMessages(
  { entryPoint, traces, owners }: PathRecord,
  entryService: string,
  basis: v1.Basis,
): v1.CriticalPathPart.$Properties[] {
  const onPath = owners.filter(({ selfNanos }) => selfNanos > 0);
  // What was too short to be measured belongs to no one: shares are of what does.
  const allNanos = onPath.reduce((all, { selfNanos }) => all + selfNanos, 0);
  return onPath
    .toSorted((a, b) => b.selfNanos - a.selfNanos || (pathOwnerKeyText(a.owner) < pathOwnerKeyText(b.owner) ? -1 : 1))
    .map(({ owner, pathTraces, selfNanos, savesAtMostNanos }) => ({
      entryService,
      entryPoint: entryPointMessage(entryPoint),
      service: owner.service,
      filePath: owner.fn.path,
      function: placeMessage(owner.fn),
      calleeService: owner.calleeService,
      dependency:
        owner.dependency && owner.calleeService === ''
          ? { ...owner.dependency, calls: 0, errors: 0, duration: null }
          : null,
      share: selfNanos / allNanos,
      traces: pathTraces,
      meanSelfSeconds: selfNanos / traces / 1e9,
      savesAtMostSeconds: savesAtMostNanos / traces / 1e9,
      basis,
    }));
}

/** One near the middle of those that are kept, and one near their slow end. */
function examplesOf(
  exemplars: readonly ExemplarRecord[],
  deployments: ReadonlyMap<number, DeploymentRecord>,
): v1.Exemplar.$Properties[] {
  const sorted = exemplars.toSorted((a, b) => a.durationSeconds - b.durationSeconds);
  const at = (share: number): ExemplarRecord | undefined => sorted[Math.floor((sorted.length - 1) * share)];
  return [...new Set([at(0.5), at(0.99)])].flatMap((it) => {
    const deployment = it && deployments.get(it.deploymentId);
    return it && deployment ? [exemplarMessage(it, deployment)] : [];
  });
}
