import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../sensor/runApp.js';

/** A copy of an application outside the repository, with the repository's packages installed in it. */
export class StrangersApp {
  readonly root: string;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(name: string) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), `hindcast-${name}-`)));
    cpSync(join(import.meta.dirname, 'apps', name), this.root, { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules'), join(this.root, 'node_modules'), 'dir');
  }

  compile(): void {
    execFileSync(process.execPath, [join(this.root, 'node_modules/typescript/bin/tsc'), '-p', this.root]);
  }

  /** `node --import @hindcast/sensor/register ENTRY`, as its documentation says; resolves to its address once it listens. */
  async start(node: string, entry: string, otlpGrpc: string): Promise<string> {
    const child = spawn(node, ['--import', '@hindcast/sensor/register', entry], {
      cwd: this.root,
      env: {
        PATH: process.env['PATH'] ?? '',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlpGrpc}`,
        HINDCAST_INTERVAL_MS: '200',
        // A busy machine is no reason to lose the last report.
        HINDCAST_EXIT_TIMEOUT_MS: '60000',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    for await (const line of createInterface(child.stdout)) {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port !== undefined) return `http://127.0.0.1:${port}`;
    }
    throw new Error(`the application did not start: ${this.#output}`);
  }

  /** Ends it as a platform would; resolves to its exit code and what it wrote to stderr. */
  async stop(): Promise<{ code: number | null; stderr: string }> {
    const child = this.#child;
    if (child === undefined) throw new Error('the application was not started');
    const closed = once(child, 'close') as Promise<[number | null]>;
    child.kill('SIGTERM');
    const [code] = await closed;
    return { code, stderr: this.#output };
  }

  remove(): void {
    if (this.#child?.exitCode === null) this.#child.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }
}
