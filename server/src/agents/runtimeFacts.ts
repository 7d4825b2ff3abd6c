import { MAX_FILES_PER_REQUEST, type CollectorClient } from '../collector/collectorClient.js';
import type { DeployedFile } from '../collector/facts.js';
import type { SnapshotReader } from '../collector/snapshotReader.js';
import type { Scope } from '../collector/scope.js';
import type { DeployedTexts } from '../git/deployedTexts.js';
import { fileFacts, type FileFacts, type FunctionInFile } from '../match/fileFacts.js';
import type { WorkspaceFile, WorkspaceSource } from './workspaceSource.js';

/** What a collector is asked for facts, and a snapshot can be too. */
export type FactSource = Pick<
  CollectorClient,
  | 'getOverlay'
  | 'listServices'
  | 'listEntryPoints'
  | 'searchFunctions'
  | 'getFunction'
  | 'getCriticalPath'
  | 'getServiceMap'
>;

/** What answers are made from that a snapshot can give too. */
export interface FactSources {
  readonly client: FactSource;
  readonly workspace: WorkspaceSource;
  readonly texts: DeployedTexts;
  readonly nowMs: () => number;
}

/** What answers are made from. */
export interface AgentSources extends FactSources {
  readonly client: CollectorClient;
}

/** What a question is answered from: a collector, else the snapshot. */
export interface AskSources extends Omit<FactSources, 'client'> {
  /** Undefined where only the snapshot is asked. */
  readonly client: CollectorClient | undefined;
  readonly snapshot?: AgentSnapshot | undefined;
}

/** What is committed of the facts, for when no collector can be asked. */
export interface AgentSnapshot {
  readonly reader: SnapshotReader;
  /** Why it is asked where there is no client: the rest of a sentence. */
  readonly because: string;
}

/** A file of the working tree with what it does. */
export interface FactsOfFile {
  readonly file: WorkspaceFile;
  readonly facts: FileFacts;
}

/** A function of the working tree with what it does. */
export interface LocatedFacts extends FactsOfFile {
  readonly own: FunctionInFile;
}

/** Asks the collector for all files at once, joins through git, and gives them in the order asked. */
export async function factsOfFiles(
  files: readonly WorkspaceFile[],
  scope: Scope,
  { client, texts }: FactSources,
  signal?: AbortSignal,
): Promise<readonly FactsOfFile[]> {
  const deployed: (readonly DeployedFile[])[] = [];
  for (let start = 0; start < files.length; start += MAX_FILES_PER_REQUEST) {
    signal?.throwIfAborted();
    const asked = files.slice(start, start + MAX_FILES_PER_REQUEST);
    deployed.push(...(await client.getOverlay(asked.map(reference), scope)));
  }
  const renamed = await withFormerPaths(files, deployed, scope, client, texts);
  const found: FactsOfFile[] = [];
  for (const [index, file] of files.entries()) {
    signal?.throwIfAborted();
    const candidates = renamed[index] ?? [];
    const { contentHash } = file.source;
    const known = await texts.find(file.absolutePath, candidates, (key) => key === contentHash);
    found.push({ file, facts: fileFacts(file.source, candidates, file.hints, scope.service, known) });
  }
  return found;
}

function reference({ absolutePath, source }: WorkspaceFile): { path: string; contentHash: string } {
  return { path: absolutePath, contentHash: source.contentHash };
}

/** For files that nobody reported: those that they were renamed from since what is deployed. */
async function withFormerPaths(
  files: readonly WorkspaceFile[],
  deployed: readonly (readonly DeployedFile[])[],
  scope: Scope,
  client: FactSource,
  texts: DeployedTexts,
): Promise<readonly (readonly DeployedFile[])[]> {
  const unknown = files.filter((_, index) => deployed[index]?.length === 0);
  if (unknown.length === 0) return deployed;
  const services = await client.listServices(scope);
  const revisions = [...new Set(services.map(({ deployment }) => deployment.revision))].filter((it) => it !== '');
  if (revisions.length === 0) return deployed;
  const result = [...deployed];
  for (const [index, file] of files.entries()) {
    if (deployed[index]?.length !== 0) continue;
    const [former] = await texts.formerPaths(file.absolutePath, revisions);
    if (former === undefined) continue;
    const [found] = await client.getOverlay([{ path: former, contentHash: file.source.contentHash }], scope);
    result[index] = found ?? [];
  }
  return result;
}
