import { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord, FileRecord, FunctionRecord } from '../store/store.js';
import { functionFacts } from './functionFacts.js';
import { groupBy } from './groupBy.js';
import { deploymentMessage, timestamp } from './messages.js';
import { matchingPaths } from './pathMatch.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { isInScope, readScope, type QueryScope } from './scope.js';

import v1 = hindcast.v1;

const MAX_FILES = 500;
const MAX_PATH_LENGTH = 4096;
/** A deployment that was heard of this recently is taken to be running. */
const LIVE_MS = 2 * 60_000;

/** Answers GetOverlay. @throws RequestError */
export async function overlay(
  request: v1.GetOverlayRequest,
  { store, nowMs }: Question,
): Promise<v1.GetOverlayResponse.$Properties> {
  const scope = readScope(request.scope, nowMs);
  if (request.files.length > MAX_FILES) throw new RequestError(`files: at most ${MAX_FILES} at a time.`);
  const asked = request.files.map((file) => ({
    path: file.path ?? '',
    contentHash: file.contentHash ?? '',
    paths: matchingPaths(file.path ?? ''),
  }));
  if (asked.some(({ path }) => path === '' || path.length > MAX_PATH_LENGTH)) {
    throw new RequestError(`files.path must not be empty, nor longer than ${MAX_PATH_LENGTH} characters.`);
  }
  const found = await store.findFiles([...new Set(asked.flatMap(({ paths }) => paths))]);
  const deployments = new Map(
    (await store.readDeployments(scope.fromMinute, [...new Set(found.map((file) => file.deploymentId))]))
      .filter((deployment) => isInScope(deployment, scope))
      .map((deployment) => [deployment.id, deployment]),
  );
  const byPath = groupBy(found, (file) => file.path);
  const matches = asked.map(({ path, contentHash, paths }) => ({
    path,
    files: choose(
      paths.flatMap((candidate) => byPath.get(candidate) ?? []),
      contentHash,
      deployments,
      scope,
      nowMs,
    ),
  }));
  const fileIds = [...new Set(matches.flatMap(({ files }) => files.map(({ file }) => file.id)))];
  const functions = groupBy(await store.readFunctions(fileIds, scope.fromMinute), (record) => record.fileId);
  return {
    files: matches.map(({ path, files }) => ({
      path,
      deployments: files.map((match) => deployedFile(match, functions.get(match.file.id) ?? [], scope)),
    })),
    computedAt: timestamp(nowMs),
  };
}

interface Match {
  readonly file: FileRecord;
  readonly deployment: DeploymentRecord;
  readonly sameContent: boolean;
}

/**
 * One file per deployment, the one with the longest path; those with the same content first, then longer paths, then running
 * and newer deployments. What was not heard of within the window is left out, unless there is nothing else: then the last one.
 * @param files longest path first
 */
function choose(
  files: readonly FileRecord[],
  contentHash: string,
  deployments: ReadonlyMap<number, DeploymentRecord>,
  { fromMs }: QueryScope,
  nowMs: number,
): Match[] {
  const matches = new Map<number, Match>();
  for (const file of files) {
    const deployment = deployments.get(file.deploymentId);
    if (!deployment || matches.has(deployment.id)) continue;
    matches.set(deployment.id, {
      file,
      deployment,
      sameContent: contentHash !== '' && file.contentHash === contentHash,
    });
  }
  const all = [...matches.values()];
  const inWindow = all.filter(({ deployment }) => deployment.lastSeenMs >= fromMs);
  const latest = all.toSorted((a, b) => b.deployment.lastSeenMs - a.deployment.lastSeenMs).slice(0, 1);
  return (inWindow.length > 0 ? inWindow : latest).sort(
    (a, b) =>
      Number(b.sameContent) - Number(a.sameContent) ||
      b.file.path.length - a.file.path.length ||
      newerFirst(a.deployment, b.deployment, nowMs),
  );
}

/** Running ones first, the latest to appear before the others; then by when they were last heard of. */
export function newerFirst(a: DeploymentRecord, b: DeploymentRecord, nowMs: number): number {
  const isLive = (it: DeploymentRecord): boolean => it.lastSeenMs >= nowMs - LIVE_MS;
  if (isLive(a) !== isLive(b)) return isLive(a) ? -1 : 1;
  return isLive(a) ? b.firstSeenMs - a.firstSeenMs : b.lastSeenMs - a.lastSeenMs;
}

function deployedFile(
  { file, deployment, sameContent }: Match,
  functions: readonly FunctionRecord[],
  { fromMs }: QueryScope,
): v1.DeployedFile.$Properties {
  return {
    deployment: deploymentMessage(deployment),
    filePath: file.path,
    contentHash: file.contentHash,
    sameContent,
    notObservedReason: file.notObservedReason,
    functions: functions
      .toSorted((a, b) => a.fn.line - b.fn.line || a.fn.column - b.fn.column)
      .map((record) => functionFacts(record, file, deployment, fromMs)),
  };
}
