import { runGit } from '@hindcast/server/git/runGit';
import type { ProposedFix } from '@hindcast/server/loop/caseFile';

/**
 * Whether a commit has a fix: it comes after the fix's commit, or, where branches are squashed, its files are those of the fix.
 * Undefined when git does not know.
 */
export async function containsFix(root: string, revision: string, fix: ProposedFix): Promise<boolean | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(revision)) return undefined;
  const base = (await runGit(root, ['merge-base', fix.commit, revision]))?.toString('utf8').trim();
  if (base === undefined) return undefined;
  if (base === fix.commit) return true;
  const changed = await runGit(root, [
    'diff',
    '--no-renames',
    '--no-ext-diff',
    '--name-only',
    '-z',
    fix.base,
    fix.commit,
    '--',
  ]);
  const paths = (changed?.toString('utf8') ?? '').split('\0').filter((path) => path !== '');
  if (paths.length === 0) return undefined;
  const differing = await runGit(root, [
    ...['diff', '--no-renames', '--no-ext-diff', '--name-only', '-z', fix.commit, revision, '--'],
    ...paths,
  ]);
  return differing === undefined ? undefined : differing.length === 0;
}
