import type { FileReference, Overlay } from './collectorClient.js';
import { deployedFile, entryPointFacts, serviceSummary } from './decodeFacts.js';
import type { DeployedFile, EntryPointFacts, ServiceSummary } from './facts.js';
import type { Scope } from './scope.js';
import type { Snapshot } from './snapshotFile.js';

/**
 * Answers from a snapshot what `CollectorClient` answers from a collector: files, services and entry points. The window is the snapshot's,
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

  getOverlay(files: readonly FileReference[], scope: Scope): Promise<readonly (readonly DeployedFile[])[]> {
    return Promise.resolve(
      files.map(({ path }) => this.#find(path).filter(({ deployment }) => isIn(scope, deployment))),
    );
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
