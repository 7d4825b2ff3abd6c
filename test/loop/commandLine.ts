import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programPath, type Outcome } from '../cli/program.js';

const DEADLINE_MS = 90_000;

/** Runs `hindcast` as it is built, with nothing of this machine's settings. */
export async function hindcast(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|HINDCAST_|GIT_|GITHUB_|GH_|NODE_OPTIONS)/.test(name),
  );
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd,
    env: { ...Object.fromEntries(kept), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  });
  const [[code], out, error] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, out, error };
}
