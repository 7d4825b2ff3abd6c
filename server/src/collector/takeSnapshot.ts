import { hindcast } from '@hindcast/proto/generated/query.js';
import { queryServiceDefinition as methods } from '@hindcast/proto/queryService';
import type { CollectorChannel } from './collectorChannel.js';
import { MAX_FILES_PER_REQUEST } from './collectorClient.js';
import { scopeMessage, type Scope } from './scope.js';
import type { Snapshot } from './snapshotFile.js';

import v1 = hindcast.v1;

const DEADLINE_MS = 30_000;
const MINUTE_MS = 60_000;

/**
 * Asks a collector for all it knows of these files.
 * @param paths relative to the repository's root, with '/'
 * @throws CollectorClientError
 */
export async function takeSnapshot(
  channel: CollectorChannel,
  paths: readonly string[],
  scope: Scope,
): Promise<Snapshot> {
  const message = scopeMessage(scope);
  const files: v1.FileOverlay.$Properties[] = [];
  for (let from = 0; from < paths.length; from += MAX_FILES_PER_REQUEST) {
    const asked = paths.slice(from, from + MAX_FILES_PER_REQUEST).map((path) => ({ path }));
    const request = new v1.GetOverlayRequest({ files: asked, scope: message });
    const answer = await channel.call(methods.getOverlay, request, DEADLINE_MS);
    files.push(...(answer.files ?? []).filter(({ deployments }) => (deployments ?? []).length > 0));
  }
  const status = await channel.call(methods.getStatus, new v1.GetStatusRequest(), DEADLINE_MS);
  const services = await channel.call(
    methods.listServices,
    new v1.ListServicesRequest({ scope: message }),
    DEADLINE_MS,
  );
  const entryPoints = await channel.call(
    methods.listEntryPoints,
    new v1.ListEntryPointsRequest({ scope: message }),
    DEADLINE_MS,
  );
  // Of other repositories nothing is told.
  const own = new Set(files.flatMap(({ deployments }) => deployments ?? []).map((it) => it.deployment?.service ?? ''));
  const isOwn = (it: { readonly deployment?: v1.Deployment.$Properties | null | undefined }): boolean =>
    own.has(it.deployment?.service ?? '');
  return {
    takenAt: new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS).toISOString(),
    windowSeconds: scope.windowSeconds,
    collectorVersion: status.version ?? '',
    filesOmitted: 0,
    services: { services: (services.services ?? []).filter(isOwn) },
    entryPoints: { entryPoints: (entryPoints.entryPoints ?? []).filter(isOwn) },
    files,
  };
}
