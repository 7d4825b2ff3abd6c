import { dirname, isAbsolute } from 'node:path';
import type { DeployedFile } from './facts.js';
import { isSameScope, type Scope } from './scope.js';
import { SnapshotError } from './snapshotFile.js';
import { repositoryRoot, SnapshotReader } from './snapshotReader.js';
import type { SnapshotSource } from './snapshotSource.js';

interface Shelved {
  readonly reader: SnapshotReader;
  source?: SnapshotSource | undefined;
  /** Why it cannot be read; empty when it can, or is not there. */
  problem: string;
}

/** The committed snapshots of the repositories that some files are in, at hand without waiting. Runs no git. */
export class SnapshotShelf {
  readonly #roots = new Map<string, string>();
  readonly #shelved = new Map<string, Shelved>();
  readonly #answers = new Map<string, { of: SnapshotSource; scope: Scope; files: readonly DeployedFile[] }>();

  /** The snapshot of the repository that a file is in, as it was last read. */
  of(path: string): SnapshotSource | undefined {
    return this.#shelved.get(this.#roots.get(path) ?? '')?.source;
  }

  /** What that snapshot says of the file; undefined without one. The same array as long as it is the same. */
  deployments(path: string, scope: Scope): readonly DeployedFile[] | undefined {
    const source = this.of(path);
    if (!source) return undefined;
    const known = this.#answers.get(path);
    if (known?.of === source && isSameScope(known.scope, scope)) return known.files;
    const files = source.deployments(path, scope);
    this.#answers.set(path, { of: source, scope, files });
    return files;
  }

  /** Any of them: who looks at one wants to know of all. */
  get source(): SnapshotSource | undefined {
    return [...this.#shelved.values()].find(({ source }) => source)?.source;
  }

  /** The first snapshot that cannot be read, in one sentence; empty when all can. */
  get problem(): string {
    return [...this.#shelved.values()].find(({ problem }) => problem !== '')?.problem ?? '';
  }

  /** Reads what is new or has changed. Answers whether anything is other than it was. Never fails. */
  async read(paths: readonly string[]): Promise<boolean> {
    for (const path of paths) {
      if (isAbsolute(path) && !this.#roots.has(path)) this.#roots.set(path, await repositoryRoot(dirname(path)));
    }
    let isOther = false;
    for (const root of new Set(this.#roots.values())) {
      const shelved = this.#shelved.get(root) ?? { reader: SnapshotReader.around(root), problem: '' };
      const before = [shelved.source, shelved.problem];
      try {
        shelved.source = await shelved.reader.read();
        shelved.problem = '';
      } catch (error) {
        shelved.source = undefined;
        shelved.problem = error instanceof SnapshotError ? error.message : String(error);
      }
      this.#shelved.set(root, shelved);
      isOther ||= before[0] !== shelved.source || before[1] !== shelved.problem;
    }
    return isOther;
  }

  close(path: string): void {
    const root = this.#roots.get(path);
    this.#roots.delete(path);
    this.#answers.delete(path);
    if (root !== undefined && ![...this.#roots.values()].includes(root)) this.#shelved.delete(root);
  }
}
