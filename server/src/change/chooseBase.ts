import type { BaseReason } from '@hindcast/core/assess/assessment';
import { join } from 'node:path';
import { cleanText } from '../agents/productionText.js';
import type { GitRepository } from '../git/gitRepository.js';
import { runGit } from '../git/runGit.js';
import { findFileHints } from '../source/fileHints.js';
import type { ChangeQuestion } from './assess.js';
import { ChangeError } from './changeError.js';
import { deployedRevision } from './deployedRevision.js';
import type { ExposureSource } from './exposureSource.js';

/** What a change is compared with, and how that was chosen. */
export interface ChosenBase {
  readonly commit: string;
  readonly is: BaseReason;
  /** One sentence; empty when someone named it. */
  readonly note: string;
  /** The newer commit; undefined for the working tree and for patches. */
  readonly head: string | undefined;
}

/** The revision that was asked for, else the one that production runs, else HEAD. @throws ChangeError */
export async function chooseBase(
  { base, head, patch, scope }: ChangeQuestion,
  repository: GitRepository,
  exposure: ExposureSource | undefined,
  signal?: AbortSignal,
): Promise<ChosenBase> {
  if (head !== undefined && patch !== undefined) {
    throw new ChangeError('a patch is applied to the base: give a head or a patch, not both.');
  }
  const newer = head === undefined ? undefined : await commitOf(repository, head);
  const asked = base === undefined ? undefined : await commitOf(repository, base);
  // Also when the base is known: whether production can be asked is better seen now than when everything was compared.
  const services = exposure ? await exposure.listServices(scope, { signal }) : [];
  if (asked !== undefined) return { commit: asked, is: 'asked', note: '', head: newer };
  const { repositoryUrl } = await findFileHints(join(repository.root, 'file'));
  const deployed = await deployedRevision(services, repository, repositoryUrl);
  if (deployed.commit !== undefined) {
    return { commit: deployed.commit, is: 'deployed', note: deployed.note, head: newer };
  }
  const note = exposure ? deployed.note : 'No collector was asked which revision is deployed; compared with HEAD.';
  return { commit: await commitOf(repository, 'HEAD'), is: 'head', note, head: newer };
}

/** What a person calls a revision: any name that git knows. @throws ChangeError */
export async function commitOf(repository: GitRepository, revision: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const isName = revision !== '' && !/[\0\n]/.test(revision) && revision.length < 1000;
  const answer = isName ? await runGit(repository.root, args) : undefined;
  const commit = answer?.toString('utf8').trim();
  if (commit && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  const hint = (await repository.isShallow()) ? ' This clone is shallow: fetch its history.' : '';
  throw new ChangeError(
    `there is no revision ${cleanText(revision, 60)} here; name one such as HEAD, HEAD~1 or a branch.${hint}`,
  );
}
