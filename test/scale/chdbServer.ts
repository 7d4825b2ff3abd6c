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
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<ChdbServer> {
    const tools = installChdb();
    if (tools.reason !== undefined) throw new Error(tools.reason);
    const folder = mkdtempSync(join(tmpdir(), 'hindcast-chdb-'));
    const script = join(import.meta.dirname, 'tools/chdbServer.cjs');
    const child = spawn(process.execPath, [script, tools.folder, join(folder, 'data')], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const port = await new Promise<number>((resolve, reject) => {
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
    return new ChdbServer(child, folder, port);
  }

  /** The address of a store in it. Tests have a time of their own, so nothing is deleted by the clock. */
  address(database: string): string {
    return `clickhouse://127.0.0.1:${this.port}/${database}?ttl=off`;
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

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
