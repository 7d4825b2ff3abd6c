import { execFile } from 'node:child_process';
import { gitEnvironment } from '@hindcast/server/git/runGit';

/** Git did not do what it was asked; the message has what it said. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

const TIMEOUT_MS = 120_000;
const MAX_BYTES = 64 << 20;
const MAX_SAID = 500;

/**
 * Runs git as the user would, with their configuration and their hooks: what these refuse is refused. Never asks for a password.
 * @throws GitError
 */
export function git(folder: string, args: readonly string[], timeoutMs = TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['-C', folder, ...args],
      { timeout: timeoutMs, maxBuffer: MAX_BYTES, windowsHide: true, env: userEnvironment() },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = (stderr.trim() || stdout.trim() || error.message).slice(-MAX_SAID);
        reject(new GitError(`git ${args.find((each) => !each.startsWith('-')) ?? ''} failed: ${said}`));
      },
    );
  });
}

/** Whether git does it without complaint. */
export async function gitSucceeds(folder: string, args: readonly string[]): Promise<boolean> {
  return git(folder, args).then(
    () => true,
    () => false,
  );
}

/** Without what would lead git elsewhere; who commits may be said by the environment. */
function userEnvironment(): NodeJS.ProcessEnv {
  const who = Object.entries(process.env).filter(([name]) =>
    /^GIT_(?:AUTHOR|COMMITTER|SSH|ASKPASS|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))/.test(name),
  );
  return { ...gitEnvironment(process.env), GIT_NO_LAZY_FETCH: '0', ...Object.fromEntries(who) };
}
