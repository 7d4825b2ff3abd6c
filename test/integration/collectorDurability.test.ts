import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OtlpClient, QueryClient, metricsRequest } from './collectorClient.js';

const ROUNDS = 4;
const BATCHES = 200;
const shop = { name: 'shop' };

let folder: string;
let program: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hindcast-durability-'));
  program = join(folder, 'collector.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'collectorChild.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
});
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(store: string): Promise<{ otlpGrpc: string; query: string }> {
  child = spawn(process.execPath, [program, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return JSON.parse(line) as { otlpGrpc: string; query: string };
}

async function kill(): Promise<void> {
  if (!child) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  child = undefined;
}

async function storedCalls(query: QueryClient): Promise<number> {
  const answer = await query.overlay({ files: [{ path: 'src/a.ts' }] });
  return answer.files[0]?.deployments?.[0]?.functions?.[0]?.calls ?? 0;
}

it('loses nothing that was acknowledged when it is killed, and counts nothing twice', async () => {
  const store = join(folder, 'store.db');
  const nowMs = Date.now();
  const sent: Uint8Array[] = [];
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const addresses = await start(store);
    const query = new QueryClient(addresses.query);
    const otlp = new OtlpClient(addresses.otlpGrpc);
    const stored = await storedCalls(query);
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(stored).toBeLessThanOrEqual(sent.length);
    // What the last life did not acknowledge comes again, byte for byte, with what it did.
    await Promise.all(sent.slice(-BATCHES).map((batch) => otlp.export('metrics', batch)));
    expect(await storedCalls(query)).toBe(sent.length);
    acknowledged = sent.length;
    // Load that is still going on when the process dies.
    const load = Array.from({ length: BATCHES }, () => {
      const endMs = nowMs - 100_000 + sent.length * 10;
      const batch = metricsRequest(shop, 'src/a.ts', endMs - 10, endMs, [{ name: 'f', line: 1, calls: 1 }]);
      sent.push(batch);
      return otlp.export('metrics', batch).then(
        () => acknowledged++,
        () => undefined,
      );
    });
    await Promise.all(load.slice(0, 20 + round * 40));
    await kill();
    await Promise.all(load);
    query.close();
    otlp.close();
  }
  expect(acknowledged).toBeGreaterThan(100);
});
