import type { UnmatchedChange } from '@hindcast/core/assess/assessment';
import type { GitRepository } from '../git/gitRepository.js';
import { contentHash } from '../source/contentHash.js';
import { languageOfPath } from '../source/languages.js';
import { ChangeError } from './changeError.js';
import { unmatchedFile, type ChangedText, type ReadChange } from './changedText.js';
import { commitOf, type ChosenBase } from './chooseBase.js';
import { applyHunks, parsePatch, PatchError, type PatchedFile } from './patch.js';
import { committedReader, MAX_CHANGED_FILES } from './readTrees.js';

/** What a patch makes of a commit. */
interface PatchedTree {
  readonly read: ReadChange;
  readonly baseCommit: string;
  /** Files to which it does not apply. */
  readonly failed: number;
}

/**
 * The base and what a patch makes of it. A patch that does not fit the deployed revision, when nobody named a base, is applied to HEAD
 * when it fits that better.
 * @throws ChangeError, the signal's reason
 */
export async function readPatch(
  repository: GitRepository,
  base: ChosenBase,
  patch: string,
  signal?: AbortSignal,
): Promise<{ readonly read: ReadChange; readonly baseCommit: string }> {
  let files: readonly PatchedFile[];
  try {
    files = parsePatch(patch);
  } catch (error) {
    throw error instanceof PatchError ? new ChangeError(error.message) : error;
  }
  if (files.length === 0 && patch.trim() !== '') throw new ChangeError('there is no diff in the patch.');
  const first = await patched(repository, base.commit, files, signal);
  if (first.failed === 0 || base.is === 'asked') return first;
  const head = await commitOf(repository, 'HEAD');
  const second = head === base.commit ? first : await patched(repository, head, files, signal);
  return second.failed < first.failed ? second : first;
}

async function patched(
  repository: GitRepository,
  commit: string,
  files: readonly PatchedFile[],
  signal?: AbortSignal,
): Promise<PatchedTree> {
  const read = committedReader(repository, commit);
  const asked = [...new Set(files.flatMap(({ oldPath }) => oldPath ?? []))];
  const before = await read(asked);
  signal?.throwIfAborted();
  // A series of patches may touch a file several times: each goes on from what the one before left.
  const after = new Map<string, { readonly from: string | undefined; readonly text: string | undefined }>();
  const problems = new Map<string, string>();
  for (const file of files) {
    const path = file.newPath ?? file.oldPath ?? '';
    const reason = problemOf(file);
    if (reason !== undefined) {
      problems.set(path, reason);
      continue;
    }
    const known = file.oldPath === undefined ? undefined : after.get(file.oldPath);
    const older = known ? known.text : file.oldPath === undefined ? '' : before.get(file.oldPath);
    const newer = older === undefined ? undefined : applyHunks(older, file.hunks);
    if (newer === undefined) {
      problems.set(path, 'The patch does not apply to this file at the base.');
      continue;
    }
    const from = known ? known.from : file.oldPath;
    if (file.oldPath !== undefined && file.oldPath !== path) after.delete(file.oldPath);
    after.set(path, { from, text: file.newPath === undefined ? undefined : newer });
  }
  const text = (path: string | undefined, body: string | undefined): ChangedText | undefined =>
    path === undefined || body === undefined ? undefined : { path, text: body, contentHash: contentHash(body) };
  const pairs = [...after]
    .filter(([path]) => !problems.has(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_CHANGED_FILES)
    .map(([path, { from, text: body }]) => ({
      before: text(from, from === undefined ? undefined : before.get(from)),
      after: text(path, body),
    }));
  const unmatched: UnmatchedChange[] = [...problems].map(([path, reason]) => unmatchedFile(path, reason));
  const filesChanged = new Set(files.map(({ oldPath, newPath }) => newPath ?? oldPath)).size;
  return {
    read: { pairs, unmatched, filesChanged, readOthers: read },
    baseCommit: commit,
    failed: [...problems.values()].filter((reason) => reason.startsWith('The patch')).length,
  };
}

function problemOf({ oldPath, newPath, isBinary, isSubmodule }: PatchedFile): string | undefined {
  if (isSubmodule) return 'A submodule: what it changed is in its own repository.';
  if (isBinary) return 'Binary.';
  return [oldPath, newPath].some((path) => path !== undefined && languageOfPath(path))
    ? undefined
    : 'In no language that is read.';
}
