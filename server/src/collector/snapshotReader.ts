import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MAX_SNAPSHOT_CHARACTERS, parseSnapshot, SnapshotError } from './snapshotFile.js';
import { SnapshotSource } from './snapshotSource.js';

/** Where `hindcast snapshot` writes to, and readers look, at a repository's root. */
export const SNAPSHOT_FILE_NAME = 'hindcast.snapshot';

/** Reads one snapshot, again whenever its file has changed. Reads that file only and runs nothing. */
export class SnapshotReader {
  readonly #path: () => Promise<string>;
  #last: { readonly key: string; readonly source: SnapshotSource } | undefined;

  private constructor(path: () => Promise<string>) {
    this.#path = path;
  }

  /** Of the file at an absolute path. */
  static of(path: string): SnapshotReader {
    return new SnapshotReader(() => Promise.resolve(path));
  }

  /** Of the repository that an absolute folder is in; of the folder itself when it is in none. */
  static around(folder: string): SnapshotReader {
    return new SnapshotReader(async () => join(await repositoryRoot(folder), SNAPSHOT_FILE_NAME));
  }

  /** Undefined when there is no such file. @throws SnapshotError for one that cannot be read; the message names it */
  async read(): Promise<SnapshotSource | undefined> {
    const path = await this.#path();
    const name = basename(path);
    try {
      const found = await stat(path);
      if (!found.isFile()) throw new SnapshotError('This is no file.');
      if (found.size > MAX_SNAPSHOT_CHARACTERS) throw new SnapshotError('The snapshot is larger than 64 MB.');
      const key = `${path}\0${found.mtimeMs}\0${found.size}`;
      if (this.#last?.key !== key) {
        this.#last = { key, source: new SnapshotSource(parseSnapshot(await readFile(path, 'utf8'))) };
      }
      return this.#last.source;
    } catch (error) {
      if (error instanceof SnapshotError) throw new SnapshotError(`${name}: ${error.message}`, { cause: error });
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new SnapshotError(`${name} cannot be read (${code}).`, { cause: error });
    }
  }
}

/** The nearest folder around it that has a `.git`, without running git. */
export async function repositoryRoot(folder: string): Promise<string> {
  const start = resolve(folder);
  for (let each = start; ; each = dirname(each)) {
    const isRoot = await stat(join(each, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) return each;
    if (each === dirname(each)) return start;
  }
}
