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

/** Why git said nothing: it is not there, took too long, printed too much, or failed. */
export type GitFailure = 'not-installed' | 'too-slow' | 'too-much' | 'failed';

/**
 * Runs git without a shell and reads what it prints. Repositories are only read: nothing is locked, fetched, asked for or
 * started on their behalf.
 * @param input what git reads from its standard input
 * @returns the output; undefined when git is not there, fails, takes too long or prints too much
 */
export async function runGit(
  folder: string,
  args: readonly string[],
  limits: GitLimits = defaultGitLimits,
  input = '',
): Promise<Buffer | undefined> {
  const outcome = await tryGit(folder, args, limits, input);
  return typeof outcome === 'string' ? undefined : outcome;
}

/** The same, telling why there is no output. */
export function tryGit(
  folder: string,
  args: readonly string[],
  limits: GitLimits = defaultGitLimits,
  input = '',
): Promise<Buffer | GitFailure> {
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
      (error, stdout) => resolve(error ? failureOf(error) : stdout),
    );
    // Git may end before it has read everything; its exit code says so.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function failureOf(error: Error & { readonly code?: string | number | null; readonly killed?: boolean }): GitFailure {
  if (error.code === 'ENOENT') return 'not-installed';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'too-much';
  return error.killed ? 'too-slow' : 'failed';
}

/** The environment without variables that would lead git to another repository or to other programs. */
export function gitEnvironment(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_/i.test(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };
}
