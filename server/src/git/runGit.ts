import { execFile } from 'node:child_process';

export interface GitLimits {
  /** Milliseconds after which git is ended. */
  readonly timeoutMs: number;
  /** Bytes of output after which git is ended. */
  readonly maxBytes: number;
}

export const defaultGitLimits: GitLimits = { timeoutMs: 5000, maxBytes: 64 << 20 };

/** Nothing that a repository configures may start a program: these would. */
const QUIET_CONFIGURATION = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'diff.external=', 'core.pager=cat'];

/**
 * Runs git without a shell and reads what it prints. Repositories are only read: nothing is locked, fetched, asked for or
 * started on their behalf.
 * @param input what git reads from its standard input
 * @returns the output; undefined when git is not there, fails, takes too long or prints too much
 */
export function runGit(
  folder: string,
  args: readonly string[],
  limits: GitLimits = defaultGitLimits,
  input = '',
): Promise<Buffer | undefined> {
  const flags = QUIET_CONFIGURATION.flatMap((setting) => ['-c', setting]);
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      ['--no-optional-locks', '--no-pager', '--literal-pathspecs', ...flags, '-C', folder, ...args],
      {
        encoding: 'buffer',
        timeout: limits.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: limits.maxBytes,
        windowsHide: true,
        env: gitEnvironment(process.env),
      },
      (error, stdout) => resolve(error ? undefined : stdout),
    );
    // Git may end before it has read everything; its exit code says so.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** The environment without variables that would lead git to another repository or to other programs. */
export function gitEnvironment(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_/i.test(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };
}
