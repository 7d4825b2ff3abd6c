import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface CommandOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes what it prints. */
  readonly logFile: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CommandOutcome {
  /** Undefined when it was ended by a signal. */
  readonly code: number | undefined;
  readonly isTooSlow: boolean;
  readonly isCancelled: boolean;
  readonly seconds: number;
}

/** Between asking a group of processes to end and making it. */
const GRACE_MS = 5000;

/**
 * Runs a command line as the user wrote it, in the system's shell (words: without one), with nothing to read and a group of its own: at the deadline, and when it is
 * cancelled, the whole group is ended. What it left running is ended too.
 */
export async function runCommand(
  command: string | readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const { folder, environment, logFile, deadlineMs, signal } = options;
  signal?.throwIfAborted();
  const startedMs = performance.now();
  const log = openSync(logFile, 'a');
  const [program = '', ...args] = typeof command === 'string' ? [command] : command;
  const child = spawn(program, args, {
    ...{ cwd: folder, shell: typeof command === 'string', detached: process.platform !== 'win32', windowsHide: true },
    env: { ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  let isTooSlow = false;
  const end = (): void => void endGroup(child.pid);
  const deadline = setTimeout(() => {
    isTooSlow = true;
    end();
  }, deadlineMs);
  signal?.addEventListener('abort', end);
  try {
    const code = await ended;
    return { code, isTooSlow, isCancelled: signal?.aborted === true, seconds: (performance.now() - startedMs) / 1000 };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', end);
    await endGroup(child.pid);
  }
}

/** Ends what is left of a group: first asks, then makes. */
async function endGroup(pid: number | undefined): Promise<void> {
  if (!send(pid, 'SIGTERM')) return;
  for (let waitedMs = 0; waitedMs < GRACE_MS; waitedMs += 50) {
    await wait(50);
    if (!send(pid, 0)) return;
  }
  send(pid, 'SIGKILL');
}

/** Whether there is still something to send to. */
function send(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    return false;
  }
}
