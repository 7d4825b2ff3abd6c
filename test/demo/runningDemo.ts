import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** What `--json FILE` of the demo holds. */
export interface DemoState {
  pid: number;
  collector: { pid: number; otlpGrpc: string; query: string; store: string };
  services: Record<string, { pid: number; port: number; url: string }>;
  load: { pid: number; report: LoadReport | null };
  ready: boolean;
}

export interface LoadReport {
  finished: boolean;
  sent: number;
  skipped: number;
  unexpected: number;
  lastProblem: string | null;
  operations: { operation: string; sent: number; p50Ms: number | null; p99Ms: number | null }[];
  functions: {
    service: string;
    file: string;
    function: string;
    calls: number;
    errors: number;
    latency?: { samples: number; p50Ms: number; p99Ms: number };
  }[];
}

/** The part of `hindcast annotate --json` that is looked at here. */
export interface AnnotatedFunction {
  name: string;
  line: number;
  state: 'ran' | 'never_ran' | 'not_observed';
  service: string | null;
  calls: number | null;
  errors: number | null;
  p99Ms: number | null;
  durationSamples: number | null;
  callers: { service: string; name: string; file: string; calls: number }[];
}

/** `npm start` as a test runs it: with what the build has made, on free ports. */
export class RunningDemo {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hindcast-demo-test-'));
  readonly #stateFile = join(this.#folder, 'demo.json');
  readonly #child;
  readonly exited: Promise<number | null>;
  output = '';

  constructor(flags: string[], env: NodeJS.ProcessEnv = process.env) {
    const args = ['demo/start.mjs', '--no-build', '--free-ports', '--json', this.#stateFile, ...flags];
    this.#child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.exited = new Promise((done) => this.#child.once('close', (code) => done(code)));
  }

  /** Resolves with the first state for which this holds. */
  async until(holds: (state: DemoState) => boolean, timeoutMs: number): Promise<DemoState> {
    return eventually(timeoutMs, () => {
      if (this.#child.exitCode !== null) throw new Error(`the demo ended by itself:\n${this.output}`);
      const state = this.state();
      return Promise.resolve(state && holds(state) ? state : undefined);
    });
  }

  state(): DemoState | undefined {
    return existsSync(this.#stateFile) ? (JSON.parse(readFileSync(this.#stateFile, 'utf8')) as DemoState) : undefined;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal('SIGINT');
    await this.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** `hindcast annotate FILE --json`. */
export async function annotate(file: string, query: string): Promise<AnnotatedFunction[]> {
  const args = ['dist/hindcast.cjs', 'annotate', file, '--json', '--collector', query];
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 20_000 });
  return (JSON.parse(stdout) as { functions: AnnotatedFunction[] }).functions;
}

/** Asks again and again until there is an answer; throws when there is none in time. */
export async function eventually<T>(timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`nothing after ${timeoutMs / 1000} s`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Every process that a demo has said it started. */
export function pidsOf(state: DemoState): number[] {
  return [state.collector.pid, state.load.pid, ...Object.values(state.services).map(({ pid }) => pid)];
}
