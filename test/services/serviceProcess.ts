import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServiceOptions {
  readonly node: string;
  /** Path of the program; its name without the ending is the service's. */
  readonly program: string;
  /** Where the sensor sends to. */
  readonly endpoint: string;
  /** Modules that are imported first. */
  readonly imports: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A service whose first line of output, JSON, says where it listens. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #problems = '';
  #onLine: () => void = () => undefined;

  constructor({ node, program, endpoint, imports, env }: ServiceOptions) {
    const name = /([^/\\]+)\.mjs$/.exec(program)?.[1] ?? program;
    const child = spawn(node, [...imports.flatMap((one) => ['--import', one]), program], {
      cwd: dirname(program),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        HINDCAST_INTERVAL_MS: '200',
        ...env,
      },
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => (this.#problems += chunk.toString()));
    createInterface(child.stdout).on('line', (line) => {
      this.#lines.push(line);
      this.#onLine();
    });
    child.on('close', () => this.#onLine());
  }

  /** What it has said on standard error. */
  get problems(): string {
    return this.#problems;
  }

  /** Its first line. Throws with what it said when it ends before. */
  async ports(): Promise<{ http: number; grpc: number }> {
    while (this.#lines.length === 0) {
      if (this.#child.exitCode !== null) throw new Error(`ended before it listened: ${this.#problems}`);
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
    return JSON.parse(this.#lines[0] ?? '') as { http: number; grpc: number };
  }

  /** Ends it; gives its last line. */
  async stop(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.kill('SIGTERM');
      await closed;
    }
    return this.#lines.at(-1) ?? '';
  }
}
