import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installChdb } from './tools/install.mjs';

const START_MS = 60_000;

/** Why chdb cannot be had here; undefined when it can. */
export const chdbMissing = installChdb().reason;

/** ClickHouse's engine behind its HTTP interface, in a process of its own with a folder of its own. */
export class ChdbServer {
  private child: ChildProcess | undefined;
  private port = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'hindcast-chdb-'));

  private constructor(private readonly tools: string) {}

  static async start(): Promise<ChdbServer> {
    const tools = installChdb();
    if (tools.reason !== undefined) throw new Error(tools.reason);
    const server = new ChdbServer(tools.folder);
    await server.restart();
    return server;
  }

  /** Starts it again where it was, with what it had. */
  async restart(): Promise<void> {
    const script = join(import.meta.dirname, 'tools/chdbServer.cjs');
    const args = [script, this.tools, join(this.folder, 'data'), String(this.port)];
    const child = spawn(process.execPath, args, { stdio: 'pipe' });
    this.child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`chdb did not start: ${errors}`)), START_MS);
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (!text.includes('\n')) return;
        clearTimeout(timer);
        resolve(Number(text));
      });
      child.on('exit', () => reject(new Error(`chdb ended: ${errors}`)));
    });
  }

  /** The address of a store in it. Tests have a time of their own, so nothing is deleted by the clock. */
  address(database: string): string {
    return `clickhouse://127.0.0.1:${this.port}/${database}?ttl=off&write_interval_ms=0`;
  }

  /** Runs one statement. */
  async run(statement: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}/`, {
      method: 'POST',
      body: statement,
      signal: AbortSignal.timeout(START_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
