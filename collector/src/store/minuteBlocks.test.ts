import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { SqliteStore } from './sqliteStore.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);

it('the latest minutes are answered from memory once they are quiet, and what is written to them later is seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-blocks-'));
  const path = join(folder, 'store.db');
  const store = await SqliteStore.open(path, NOW_MS);
  const calls = (minute: number, count: number) =>
    report({
      functions: [{ minute, fn: fnKey('a'), calls: count, durations: histogramOf([0, 0.25, 4]) }],
      errors: [{ minute, fn: fnKey('a'), type: 'E', origin: 'passed', count: 1 }],
    });
  const answer = async () => {
    const ids = (await store.findFiles(['src/a.ts'])).map(({ id }) => id);
    const [record] = await store.readFunctions(ids, NOW - 59);
    const series = await store.readSeries([record?.id ?? -1], NOW - 59, 5);
    return [
      record?.calls,
      record?.durations.count,
      record?.errorOrigins.get('E')?.passed,
      series.map((it) => it.calls),
    ];
  };
  const maintain = async (nowMs: number): Promise<void> => {
    while (await store.maintain(nowMs));
  };
  await store.write([calls(NOW - 30, 1), calls(NOW - 10, 10), calls(NOW, 100)], NOW_MS);
  const before = await answer();
  expect(before).toEqual([111, 9, 3, [1, 10, 100]]);
  await maintain(NOW_MS);
  expect(await answer()).toEqual(before);
  await maintain(NOW_MS + 120_000);
  // What changes in the file alone is not seen: the file is not read.
  const file = new DatabaseSync(path);
  file.exec(`UPDATE function_minute SET calls = 7 WHERE minute = ${NOW - 30}`);
  file.close();
  expect(await answer()).toEqual(before);
  await store.write([calls(NOW - 10, 1000)], NOW_MS + 120_000);
  expect(await answer()).toEqual([1111, 12, 4, [1, 1010, 100]]);
  await store.close();
  rmSync(folder, { recursive: true });
});
