import type { FileReference, FunctionSearch, Overlay } from './collectorClient.js';
import { deployedFile, entryPointFacts, serviceSummary } from './decodeFacts.js';
import type { DeployedFile, EntryPointFacts, ServiceSummary } from './facts.js';
import type { CriticalPath } from './criticalPath.js';
import type { FoundFunctions, FunctionDetails } from './functionDetail.js';
import type { ServiceMap } from './callGraph.js';
import type { Scope } from './scope.js';
import { searchDeployed } from './searchDeployed.js';
import type { Snapshot } from './snapshotFile.js';

/**
 * Answers from a snapshot what `CollectorClient` answers from a collector: files, services, entry points and searches. The window is the snapshot's,
 * whatever is asked; `scope` restricts by service, environment and version.
 */
export class SnapshotSource {
  readonly #byPath: ReadonlyMap<string, readonly DeployedFile[]>;

  constructor(private readonly snapshot: Snapshot) {
    this.#byPath = new Map(
      snapshot.files.map(({ path, deployments }) => [path ?? '', (deployments ?? []).map(deployedFile)]),
    );
  }

  /** The window that its numbers are of, seconds. */
  get windowSeconds(): number {
    return this.snapshot.windowSeconds;
  }

  /** When it was taken, milliseconds since 1970. */
  get takenAtMs(): number {
    return Date.parse(this.snapshot.takenAt);
  }

  /** The day on which it was taken, UTC: `2026-11-20`. */
  get takenOn(): string {
    return new Date(this.takenAtMs).toISOString().slice(0, 10);
  }

  /** The window as an ISO-8601 duration. */
  get window(): string {
    const seconds = this.windowSeconds;
    if (seconds % 86_400 === 0) return `P${seconds / 86_400}D`;
    return seconds % 3600 === 0 ? `PT${seconds / 3600}H` : `PT${seconds}S`;
  }

  getOverlay(files: readonly FileReference[], scope: Scope): Promise<readonly (readonly DeployedFile[])[]> {
    return Promise.resolve(files.map(({ path }) => this.deployments(path, scope)));
  }

  /** The deployments that reported a file. */
  deployments(path: string, scope: Scope): readonly DeployedFile[] {
    return this.#find(path).filter(({ deployment }) => isIn(scope, deployment));
  }

  async readOverlay(files: readonly FileReference[], scope: Scope): Promise<Overlay> {
    return { files: await this.getOverlay(files, scope), computedAtMs: this.takenAtMs };
  }

  listServices(scope: Scope): Promise<readonly ServiceSummary[]> {
    const all = (this.snapshot.services.services ?? []).map(serviceSummary);
    return Promise.resolve(all.filter(({ deployment }) => isIn(scope, deployment)));
  }

  listEntryPoints(scope: Scope): Promise<readonly EntryPointFacts[]> {
    const all = (this.snapshot.entryPoints.entryPoints ?? []).map(entryPointFacts);
    return Promise.resolve(all.filter(({ deployment }) => isIn(scope, deployment)));
  }

  searchFunctions(search: FunctionSearch, scope: Scope): Promise<FoundFunctions> {
    const files = [...this.#byPath.values()].flat().filter(({ deployment }) => isIn(scope, deployment));
    return Promise.resolve(searchDeployed(files, search, this.takenAtMs));
  }

  /** A snapshot has no details of single functions, as a collector that is older than the question. */
  getFunction(): Promise<FunctionDetails | undefined> {
    return Promise.resolve(undefined);
  }

  /** It has no critical paths. */
  getCriticalPath(): Promise<readonly CriticalPath[] | undefined> {
    return Promise.resolve(undefined);
  }

  /** It does not know which service calls which. */
  getServiceMap(): Promise<ServiceMap | undefined> {
    return Promise.resolve(undefined);
  }

  /** The file whose path is the longest end of the asked one. */
  #find(asked: string): readonly DeployedFile[] {
    const parts = asked.replaceAll('\\', '/').split('/');
    for (let from = 0; from < parts.length; from++) {
      const found = this.#byPath.get(parts.slice(from).join('/'));
      if (found) return found;
    }
    return [];
  }
}

function isIn(
  { service, environment, version }: Scope,
  deployment: { readonly service: string; readonly environment: string; readonly version: string },
): boolean {
  return (
    (!service || deployment.service === service) &&
    (!environment || deployment.environment === environment) &&
    (!version || deployment.version === version)
  );
}
