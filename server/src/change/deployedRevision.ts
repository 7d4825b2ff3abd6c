import type { ServiceSummary } from '../collector/facts.js';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { GitRepository } from '../git/gitRepository.js';
import { normaliseRepositoryUrl } from '../match/chooseDeployments.js';

/** Deployments last heard of this long before the newest are taken to run no more. */
const RUNS_WITHIN_MS = 5 * 60_000;
const COMMIT_ID = /^[0-9a-f]{7,64}$/;

/** Which revision production runs, as far as it is in the repository at hand. */
export interface DeployedRevision {
  /** A commit of the repository; undefined when production names none that is here. */
  readonly commit: string | undefined;
  /** One sentence of ours: which was taken, or why none was. */
  readonly note: string;
}

/**
 * The revision that runs, with most calls; with several the note says so.
 * @param repositoryUrl of the repository's remote; deployments of another repository do not count
 */
export async function deployedRevision(
  services: readonly ServiceSummary[],
  repository: GitRepository,
  repositoryUrl: string | undefined,
): Promise<DeployedRevision> {
  const ours = services.filter(
    ({ deployment }) =>
      deployment.revision !== '' &&
      (repositoryUrl === undefined ||
        deployment.repositoryUrl === '' ||
        normaliseRepositoryUrl(deployment.repositoryUrl) === normaliseRepositoryUrl(repositoryUrl)),
  );
  if (ours.length === 0) {
    return { commit: undefined, note: 'Production names no deployed revision of this repository; compared with HEAD.' };
  }
  const newest = Math.max(...ours.map(({ deployment }) => deployment.lastSeenMs ?? 0));
  const running = ours.filter(({ deployment }) => (deployment.lastSeenMs ?? 0) >= newest - RUNS_WITHIN_MS);
  const calls = new Map<string, number>();
  for (const { deployment, calls: own } of running)
    calls.set(deployment.revision, (calls.get(deployment.revision) ?? 0) + own);
  const ranked = [...calls].sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0])).map(([revision]) => revision);
  for (const revision of ranked) {
    const commit = await repository.commit(revision);
    if (commit === undefined) continue;
    const others = ranked.length - 1;
    const also = others > 0 ? `; ${others} other ${others === 1 ? 'revision runs' : 'revisions run'} too` : '';
    return { commit, note: `Compared with ${commit.slice(0, 10)}, which production runs${also}.` };
  }
  const [first = ''] = ranked;
  // Only what looks like a commit's id is quoted: a revision is whatever a service says.
  const named = COMMIT_ID.test(first) ? `revision ${first.slice(0, 40)}` : 'revision (no commit id)';
  const why = (await repository.isShallow()) ? 'this clone is shallow: fetch its history' : 'fetch it';
  return {
    commit: undefined,
    note: `The deployed ${named} is not in this repository (${why}); compared with HEAD.`,
  };
}
