import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git, gitSucceeds } from './git.js';

/** A folder of its own with one commit checked out. */
export interface Worktree {
  readonly folder: string;
  /** Forgets it, with what is in it; a branch stays. */
  remove(): Promise<void>;
}

const MAX_PACKAGES = 500;

/**
 * Checks a commit out in a new folder outside of the repository, where no search for tests in there finds it; on a new branch or on none.
 * Installed packages are linked from the repository's folder.
 * @throws GitError
 */
export async function addWorktree(root: string, name: string, commit: string, branch?: string): Promise<Worktree> {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-')));
  const folder = join(parent, name);
  await git(root, ['worktree', 'prune']);
  await git(root, ['worktree', 'add', ...(branch === undefined ? ['--detach'] : ['-b', branch]), folder, commit]);
  await linkPackages(root, folder);
  return {
    folder,
    remove: async () => {
      await gitSucceeds(root, ['worktree', 'remove', '--force', folder]);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** `node_modules` beside each package.json that git keeps. */
async function linkPackages(root: string, folder: string): Promise<void> {
  const kept = await git(folder, ['ls-files', '-z', '--', 'package.json', '**/package.json']);
  for (const file of kept.split('\0').filter(Boolean).slice(0, MAX_PACKAGES)) {
    const [from, to] = [root, folder].map((each) => join(each, dirname(file), 'node_modules'));
    if (!from || !to || !isFolder(from) || existsSync(to)) continue;
    symlinkSync(from, to, 'junction');
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

/** Git's list of what never belongs into a commit of ours: linked packages look like files to it. */
export const LEFT_OUT = ['node_modules', '.hindcast'];
