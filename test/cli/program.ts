import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The command line as it is built: what users run. */
export const programPath = join(root, 'cli', 'bin', 'hindcast.mjs');

const DEADLINE_MS = 20_000;

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs `hindcast` with these arguments to its end. */
export async function runProgram(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd: options.cwd ?? root,
    env: { ...withoutOurs(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  });
  const [out, error] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: out(), error: error() };
}

export interface RunningProgram {
  readonly otlpGrpc: string;
  readonly otlpHttp: string;
  readonly query: string;
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Outcome>;
}

/** `hindcast collector` on free ports, ready. */
export async function startCollectorProgram(
  store = 'memory',
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const free = '127.0.0.1:0';
  const child = spawn(
    process.execPath,
    [programPath, 'collector', '--otlp-grpc', free, '--otlp-http', free, '--query', free, '--store', store],
    { cwd: root, env: { ...withoutOurs(process.env), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, error] = [collect(child.stdout), collect(child.stderr)];
  const ready = await readyLine(child, error);
  const address = (name: string) => {
    const found = new RegExp(`${name} (\\S+?),`).exec(ready)?.[1];
    if (found === undefined) throw new Error(`The ready line has no ${name}: ${ready}`);
    return found;
  };
  return {
    otlpGrpc: address('otlp-grpc'),
    otlpHttp: address('otlp-http'),
    query: address('query'),
    signal: (signal) => void child.kill(signal),
    async end(signal = 'SIGTERM') {
      const closed = once(child, 'close') as Promise<[number | null]>;
      child.kill(signal);
      const [code] = await closed;
      return { code, out: out(), error: error() };
    },
  };
}

/** What users of this machine have set is not what is tested. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(OTEL_|HINDCAST_|NO_COLOR$|FORCE_COLOR$)/.test(name)),
  );
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

async function readyLine(child: ChildProcess, error: () => string): Promise<string> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for (;;) {
    const line = /^hindcast collector ready:.*$/m.exec(error())?.[0];
    if (line !== undefined) return line;
    if (child.exitCode !== null) throw new Error(`The collector ended: ${error()}`);
    if (child.stderr) await Promise.race([once(child.stderr, 'data', { signal }), once(child, 'close', { signal })]);
  }
}
