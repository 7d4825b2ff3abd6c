import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { SqliteStore } from './sqliteStore.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { hourStart, minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);
const HOURS = 30;
const MINUTES_AN_HOUR = 4;
const FUNCTIONS = 40;

async function filled(maxBytes: number) {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-space-'));
  const first = hourStart(NOW) - HOURS * 60;
  const store = await SqliteStore.open(join(folder, 'store.db'), first * 60_000, undefined, 100, maxBytes);
  const durations = histogramOf(Array.from({ length: 50 }, (_, i) => 1.1 ** i));
  for (let hour = first; hour < NOW; hour += 60) {
    const minutes = Array.from({ length: MINUTES_AN_HOUR }, (_, i) => hour + i).filter((minute) => minute < NOW);
    const rows = minutes.flatMap((minute) =>
      Array.from({ length: FUNCTIONS }, (_, i) => ({ minute, fn: fnKey(`fn${i}`), calls: 1, durations })),
    );
    await store.write([report({ functions: rows })], hour * 60_000);
  }
  while (await store.maintain(NOW_MS));
  const ids = (await store.findFiles(['src/a.ts'])).map(({ id }) => id);
  const calls = async (fromMinute: number): Promise<number> =>
    (await store.readFunctions(ids, fromMinute)).reduce((sum, it) => sum + it.calls, 0);
  return {
    status: await store.status(),
    all: await calls(first),
    lastHour: await calls(hourStart(NOW) - 60),
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const SLOW = { timeout: 60_000 };

it(
  'a store that may not grow gives up its oldest minutes, no number of calls, and counts what it deletes',
  SLOW,
  async () => {
    const free = await filled(Infinity);
    const bound = await filled(800_000);
    expect(free.status).toMatchObject({ problem: '', dropped: new Map() });
    expect(bound.status.problem).toBe('');
    expect(bound.status.dropped?.get('minute_rows')).toBeGreaterThan(100);
    // Hours are left of what was minutes.
    expect([bound.all, bound.lastHour]).toEqual([free.all, free.lastHour]);
    await free.close();
    await bound.close();
  },
);

it('one that may hold nearly nothing keeps what is under way, and says that it is too large', SLOW, async () => {
  const { status, lastHour, close } = await filled(50_000);
  expect(status.problem).toMatch(/raise store-max-bytes/);
  expect(status.dropped?.get('hour_rows')).toBeGreaterThan(0);
  expect(lastHour).toBeGreaterThan(0);
  await close();
});
