import { mergeHistograms } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, EntryPointRecord } from '../store/store.js';
import { minuteOf } from '../store/storeTime.js';
import { deploymentsInScope, serviceText } from './deployments.js';
import { groupBy } from './groupBy.js';
import { deploymentMessage, histogramMessage, sum } from './messages.js';
import { newerFirst } from './overlay.js';
import type { Question } from './question.js';
import { readScope } from './scope.js';
import { compare } from './services.js';

import v1 = hindcast.v1;

const RECENT_MINUTES = 5;
const RECENT_MS = RECENT_MINUTES * 60_000;

/** Answers ListVersions. @throws RequestError */
export async function listVersions(
  request: v1.ListVersionsRequest,
  question: Question,
): Promise<v1.ListVersionsResponse.$Properties> {
  const { store, nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  const deployments = await deploymentsInScope(question, scope);
  const entries = groupBy(await store.readEntryPoints(scope.fromMinute), (it) => it.deploymentId);
  await question.proceed();
  const shares = await trafficShares(question, deployments);
  const services = groupBy(deployments, serviceText);
  return {
    versions: deployments
      .toSorted(
        (a, b) =>
          compare(a.key.service, b.key.service) ||
          compare(a.key.environment, b.key.environment) ||
          newerFirst(a, b, nowMs),
      )
      .map((deployment) => {
        const own = entries.get(deployment.id) ?? [];
        return {
          deployment: deploymentMessage(deployment),
          state: stateOf(deployment, services.get(serviceText(deployment)) ?? [], nowMs),
          entryCalls: sum(own.map(({ calls }) => calls)),
          entryErrors: sum(own.map(({ errors }) => sum(errors.values()))),
          entryDuration: histogramMessage(mergeHistograms(own.map(({ durations }) => durations))),
          trafficShare: shares.get(deployment.id) ?? 0,
        };
      }),
  };
}

export function isReporting({ lastSeenMs }: DeploymentRecord, nowMs: number): boolean {
  return lastSeenMs >= nowMs - RECENT_MS;
}

function stateOf(deployment: DeploymentRecord, versions: readonly DeploymentRecord[], nowMs: number): v1.VersionState {
  if (!isReporting(deployment, nowMs)) return v1.VersionState.VERSION_STATE_ENDED;
  const isBeside = versions.some(
    (it) => it.key.source === deployment.key.source && it.id !== deployment.id && isReporting(it, nowMs),
  );
  return isBeside ? v1.VersionState.VERSION_STATE_ROLLING : v1.VersionState.VERSION_STATE_CURRENT;
}

/** Parts of their services' entry calls, within the last five minutes that each was seen. */
async function trafficShares(
  { store, nowMs }: Question,
  deployments: readonly DeploymentRecord[],
): Promise<Map<number, number>> {
  const shares = new Map<number, number>();
  const add = (
    minuteCalls: ReadonlyMap<number, number>,
    of: DeploymentRecord,
    versions: readonly DeploymentRecord[],
  ) => {
    const all = sum(versions.map(({ id }) => minuteCalls.get(id) ?? 0));
    if (all > 0) shares.set(of.id, (minuteCalls.get(of.id) ?? 0) / all);
  };
  const recent = callsOf(await store.readEntryPoints(minuteOf(nowMs) - RECENT_MINUTES + 1));
  for (const versions of groupBy(deployments, (it) => `${serviceText(it)}\0${it.key.source}`).values()) {
    for (const deployment of versions) {
      if (isReporting(deployment, nowMs)) {
        add(recent, deployment, versions);
        continue;
      }
      const last = minuteOf(deployment.lastSeenMs);
      const calls = new Map<number, number>();
      const ids = versions.filter((it) => it.lastSeenMs >= deployment.lastSeenMs - RECENT_MS).map(({ id }) => id);
      for await (const it of store.readMinutes(ids, last - RECENT_MINUTES + 1, last + 1)) {
        calls.set(it.deploymentId, (calls.get(it.deploymentId) ?? 0) + sum(it.entryPoints.map((entry) => entry.calls)));
      }
      add(calls, deployment, versions);
    }
  }
  return shares;
}

function callsOf(entryPoints: readonly EntryPointRecord[]): Map<number, number> {
  const calls = new Map<number, number>();
  for (const it of entryPoints) calls.set(it.deploymentId, (calls.get(it.deploymentId) ?? 0) + it.calls);
  return calls;
}
