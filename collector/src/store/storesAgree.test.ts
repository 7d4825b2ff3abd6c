import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemoryStore } from './memoryStore.js';
import { SqliteStore } from './sqliteStore.js';
import { NOW_MS } from './storeContract.js';
import { SPAN_MINUTES, answersOf, anyMinute, anyStep } from './storeHistories.js';
import { MINUTE_MS, minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindcast-agree-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('memory and sqlite give the same answers to the same history', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), anyMinute, async (steps, from) => {
      const memory = new MemoryStore();
      const sqlite = await SqliteStore.open(join(folder, `${++run}.db`), NOW_MS - SPAN_MINUTES * MINUTE_MS);
      let nowMs = NOW_MS;
      for (const it of steps) {
        if ('write' in it) expect(await sqlite.write(it.write, nowMs)).toEqual(await memory.write(it.write, nowMs));
        else {
          nowMs += it.maintainAfterMinutes * MINUTE_MS;
          for (const store of [memory, sqlite]) while (await store.maintain(nowMs));
        }
      }
      for (const since of [from, NOW - 60, NOW, 0]) {
        expect(await answersOf(sqlite, since)).toEqual(await answersOf(memory, since));
      }
      await sqlite.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);
