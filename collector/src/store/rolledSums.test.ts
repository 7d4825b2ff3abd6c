import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { SqliteStore } from './sqliteStore.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { hourStart, minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);
const HOUR = hourStart(NOW) - 180;

it('hours that are over are answered from memory, and what comes late for them is seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-rolled-'));
  const path = join(folder, 'store.db');
  const store = await SqliteStore.open(path, NOW_MS - 10 * 3_600_000);
  const calls = (name: string, minute: number, count: number) =>
    report({
      functions: [{ minute, fn: fnKey(name), calls: count, durations: histogramOf([0, 0.25, 4]) }],
      errors: [{ minute, fn: fnKey(name), type: 'E', origin: 'passed', count: 1 }],
      edges: [{ minute, callee: fnKey(name), caller: 'entry', calls: count, sampledCalls: 2 }],
    });
  const answer = async () => {
    const ids = (await store.findFiles(['src/a.ts'])).map(({ id }) => id);
    const records = await store.readFunctions(ids, HOUR - 60);
    return records.map((it) => [
      it.fn.name,
      it.calls,
      it.durations.count,
      it.errorOrigins.get('E')?.passed,
      it.callers.map((caller) => [caller.calls, caller.sampledCalls]),
    ]);
  };
  await store.write([calls('a', HOUR, 1), calls('a', HOUR + 60, 10), calls('b', HOUR, 5)], NOW_MS);
  while (await store.maintain(NOW_MS));
  const before = [
    ['a', 11, 6, 2, [[11, 4]]],
    ['b', 5, 3, 1, [[5, 2]]],
  ];
  expect(await answer()).toEqual(before);
  // What changes in the file alone is not seen: the file is not read.
  const file = new DatabaseSync(path);
  file.exec('UPDATE function_hour SET calls = 7');
  file.exec('UPDATE function_minute SET calls = 7');
  file.close();
  expect(await answer()).toEqual(before);
  await store.write([calls('a', HOUR + 1, 100)], NOW_MS);
  expect((await answer())[0]).toEqual(['a', 7 + 100 + 7, 9, 3, [[111, 6]]]);
  await store.close();
  rmSync(folder, { recursive: true });
});
