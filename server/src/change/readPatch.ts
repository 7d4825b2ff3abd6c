import type { GitRepository } from '../git/gitRepository.js';
import { ChangeError } from './changeError.js';
import type { ReadChange } from './changedText.js';
import type { ChosenBase } from './chooseBase.js';

/** The base and what a patch makes of it. @throws ChangeError */
export function readPatch(
  repository: GitRepository,
  base: ChosenBase,
  patch: string,
  signal?: AbortSignal,
): Promise<{ readonly read: ReadChange; readonly baseCommit: string }> {
  signal?.throwIfAborted();
  const what = `${patch.length} characters against ${base.commit.slice(0, 10)} in ${repository.root}`;
  return Promise.reject(new ChangeError(`patches are not read yet (${what}): apply it and assess the working tree.`));
}
