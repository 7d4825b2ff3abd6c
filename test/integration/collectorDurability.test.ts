import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OtlpClient, QueryClient, metricsRequest } from './collectorClient.js';

/** A few in every run; `npm run eval:durability` asks for a hundred. */
const ROUNDS = Number(process.env['HINDCAST_KILLS'] ?? 10);
const BATCHES = 200;
const MS_PER_ROUND = 10_000;
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

it(
  'loses nothing that was acknowledged when it is killed, and counts nothing twice',
  { timeout: 60_000 + ROUNDS * MS_PER_ROUND },
  async () => {
    const store = join(folder, 'store.db');
    const nowMs = Date.now();
    const sent: Uint8Array[] = [];
    const startsMs: number[] = [];
    let acknowledged = 0;
    let inFlight = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      const addresses = await start(store);
      startsMs.push(performance.now() - begun);
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
      // A random moment: after some answers, and some way into what comes then.
      await Promise.all(load.slice(0, Math.floor(Math.random() * BATCHES)));
      for (let turns = Math.floor(Math.random() * 20); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      await kill();
      await Promise.all(load);
      inFlight += sent.length - acknowledged;
      query.close();
      otlp.close();
    }
    expect(acknowledged).toBeGreaterThan(ROUNDS * 10);
    startsMs.sort((a, b) => a - b);
    const ms = (at: number): string => `${Math.round(startsMs[Math.floor(at * (ROUNDS - 1))] ?? 0)} ms`;
    process.stdout.write(
      `${ROUNDS} kills, ${sent.length} requests, ${inFlight} in flight when it was killed; starts: median ${ms(0.5)}, longest ${ms(1)}\n`,
    );
  },
);
