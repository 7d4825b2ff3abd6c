import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryStore } from './memoryStore.js';
import { SqliteStore } from './sqliteStore.js';
import { NOW_MS } from './storeContract.js';
import { anyWorkload, expectTruth } from './storeTruth.js';

/** `npm run eval:truth` asks for more. */
const runs = Number(process.env['HINDCAST_TRUTH_RUNS'] ?? 40);

it(
  `${runs} random workloads are answered as an exact count answers them, in memory and from a file`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hindcast-truth-'));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(anyWorkload, async (workload) => {
        run++;
        await expectTruth(new MemoryStore(), workload);
        const file = join(folder, `${run}.db`);
        const sqlite = await SqliteStore.open(file, NOW_MS - 6 * 86_400_000);
        await expectTruth(sqlite, workload);
        await sqlite.close();
        rmSync(file);
      }),
      { numRuns: runs },
    );
    expect(run).toBeGreaterThanOrEqual(runs);
    rmSync(folder, { recursive: true });
  },
  15_000 + runs * 2_000,
);
