import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './git.js';

/**
 * What is to be the same after a command ran in a worktree: the branches, what is checked out, the files that git looks at, its
 * configuration and its hooks. Returns a question: what differs now, one sentence, or empty.
 */
export async function guardRepository(root: string, ownBranch: string): Promise<() => Promise<string>> {
  const before = await stateOf(root, ownBranch);
  return async () => {
    const after = await stateOf(root, ownBranch);
    const changed = Object.keys(before).filter((what) => before[what] !== after[what]);
    return changed.length === 0
      ? ''
      : `The repository changed outside of the worktree while the agent ran: ${changed.join(', ')}.`;
  };
}

async function stateOf(root: string, ownBranch: string): Promise<Readonly<Record<string, string>>> {
  const refs = (await git(root, ['for-each-ref', '--format=%(refname) %(objectname)'])).split('\n');
  const common = (await git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir'])).trim();
  return {
    'branches or tags': refs.filter((ref) => !ref.startsWith(`refs/heads/${ownBranch} `)).join('\n'),
    'what is checked out': readText(join(common, 'HEAD')),
    files: await workingFiles(root),
    'git’s configuration': readText(join(common, 'config')),
    'git’s hooks': hooks(join(common, 'hooks')),
  };
}

/** Which files differ from the commit, and how. */
async function workingFiles(root: string): Promise<string> {
  const status = await git(root, ['status', '--porcelain', '-z', '--untracked-files=all']);
  const diff = await git(root, ['diff', '--no-ext-diff', '--no-textconv', 'HEAD']);
  return createHash('sha256').update(status).update('\0').update(diff).digest('hex');
}

function hooks(folder: string): string {
  try {
    return readdirSync(folder)
      .sort()
      .map(
        (name) =>
          `${name} ${createHash('sha256')
            .update(readText(join(folder, name)))
            .digest('hex')}`,
      )
      .join('\n');
  } catch {
    return '';
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
