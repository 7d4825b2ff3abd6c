import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyHistogram, histogramOf } from '@hindcast/core/histogram';
import { SqliteStore } from './sqliteStore.js';
import { StoreUnavailableError } from './store.js';
import { NOW_MS, fnKey, report, storeContract } from './storeContract.js';
import { minuteOf } from './storeTime.js';
import { surroundingsContract } from './surroundingsContract.js';
import { timeContract } from './timeContract.js';

let folder: string;
let files = 0;
const newPath = (): string => join(folder, `deep/${++files}.db`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindcast-store-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

storeContract('sqlite', (limits, nowMs) => SqliteStore.open(newPath(), nowMs, limits));
surroundingsContract('sqlite', (limits, nowMs) => SqliteStore.open(newPath(), nowMs, limits));
timeContract('sqlite', (limits, nowMs) => SqliteStore.open(newPath(), nowMs, limits));

const oneCall = report({
  onceKey: '1',
  functions: [{ minute: minuteOf(NOW_MS), fn: fnKey('a'), calls: 1, durations: emptyHistogram }],
});

async function callsIn(store: SqliteStore): Promise<number[]> {
  const ids = (await store.findFiles(['src/a.ts'])).map((file) => file.id);
  return (await store.readFunctions(ids, 0)).map((it) => it.calls);
}

describe('the database file', () => {
  it('holds what was written after it is opened again, and knows duplicates', async () => {
    const path = newPath();
    const before = await SqliteStore.open(path, NOW_MS);
    await before.write([oneCall], NOW_MS);
    await before.close();
    const after = await SqliteStore.open(path, NOW_MS);
    expect(await after.write([oneCall, { ...oneCall, onceKey: '2' }], NOW_MS)).toEqual({ duplicates: 1, overLimit: 0 });
    expect(await callsIn(after)).toEqual([2]);
    expect(await after.status()).toMatchObject({ path, problem: '' });
    await after.close();
  });

  it('of the first version is brought to the current one, numbers and all', async () => {
    const path = newPath();
    const before = await SqliteStore.open(path, NOW_MS);
    await before.write(
      [
        oneCall,
        report({
          errors: [{ minute: minuteOf(NOW_MS), fn: fnKey('a'), type: 'E', origin: 'thrown', count: 4 }],
          edges: [
            {
              minute: minuteOf(NOW_MS),
              callee: fnKey('a'),
              caller: { service: 'web', fn: fnKey('b') },
              calls: 1,
              sampledCalls: 1,
            },
          ],
        }),
      ],
      NOW_MS,
    );
    await before.close();
    withDatabase(path, TO_FIRST_VERSION);
    const after = await SqliteStore.open(path, NOW_MS);
    expect([...(await after.summarise(0)).values()]).toMatchObject([{ calls: 1, errors: 4 }]);
    await after.write([{ ...oneCall, onceKey: '2' }], NOW_MS);
    expect([...(await after.summarise(0)).values()]).toMatchObject([{ calls: 2, errors: 4 }]);
    expect(await callsIn(after)).toEqual([2]);
    await after.close();
  });

  it('of the second version gets its days from the hours it has', async () => {
    const path = newPath();
    const DAY_MS = 86_400_000;
    const before = await SqliteStore.open(path, NOW_MS);
    const calls = (minute: number, count: number) =>
      report({ functions: [{ minute, fn: fnKey('a'), calls: count, durations: histogramOf([0.25, 4]) }] });
    await before.write([calls(minuteOf(NOW_MS), 1), calls(minuteOf(NOW_MS - DAY_MS), 10)], NOW_MS);
    while (await before.maintain(NOW_MS + 2 * 3_600_000));
    await before.close();
    withDatabase(path, TO_SECOND_VERSION);
    const after = await SqliteStore.open(path, NOW_MS + 3 * DAY_MS);
    expect(await callsIn(after)).toEqual([11]);
    while (await after.maintain(NOW_MS + 3 * DAY_MS));
    await after.write([calls(minuteOf(NOW_MS), 100)], NOW_MS + 3 * DAY_MS);
    expect(await callsIn(after)).toEqual([111]);
    await after.close();
    const days = new DatabaseSync(path);
    expect(days.prepare('SELECT sum(calls) AS calls FROM function_day WHERE fn > 0').get()).toEqual({ calls: 111 });
    days.close();
  });

  it('is used by one collector at a time', async () => {
    const path = newPath();
    const first = await SqliteStore.open(path, NOW_MS);
    await expect(SqliteStore.open(path, NOW_MS)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringMatching(/another collector is using it.*--store/) as string,
    });
    await first.close();
    await (await SqliteStore.open(path, NOW_MS)).close();
  });

  it.each<[string, RegExp, boolean, (path: string) => void]>([
    ['of another program', /another program/, true, (path) => withDatabase(path, 'CREATE TABLE notes (text)')],
    ['not a database', /not a database/, true, (path) => writeFileSync(path, 'hello '.repeat(1000))],
    ['of a newer version', /newer version/, false, (path) => withDatabase(path, 'PRAGMA user_version = 999')],
  ])('is refused with the reason when it is %s', async (_case, reason, isForeign, prepare) => {
    const path = newPath();
    await (await SqliteStore.open(path, NOW_MS)).close();
    if (isForeign) rmSync(path);
    prepare(path);
    await expect(SqliteStore.open(path, NOW_MS)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringMatching(reason) as string,
    });
  });

  it('stores nothing while it cannot be written, says so, and goes on when it can', async () => {
    const path = newPath();
    const store = await SqliteStore.open(path, NOW_MS);
    const blocker = new DatabaseSync(path);
    blocker.exec('BEGIN IMMEDIATE');
    await expect(store.write([oneCall], NOW_MS)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect((await store.status()).problem).toMatch(/locked by another program/);
    blocker.exec('ROLLBACK');
    blocker.close();
    expect(await store.write([oneCall], NOW_MS)).toEqual({ duplicates: 0, overLimit: 0 });
    expect((await store.status()).problem).toBe('');
    expect(await callsIn(store)).toEqual([1]);
    await store.close();
  });
});

/** Takes away what the third version has added. */
const TO_SECOND_VERSION = `
  ${[
    'function',
    'error',
    'edge',
    'drop',
    'entry',
    'entry_error',
    'function_entry',
    'dependency',
    'dependency_error',
    'path',
  ]
    .map((name) => `DROP TABLE ${name}_day;`)
    .join('\n')}
  DROP TABLE path_minute; DROP TABLE path_hour; DROP TABLE path_owner;
  DELETE FROM meta WHERE name IN
    ('days_until', 'hour_cutoff', 'rolling_days_end', 'rolling_days_table', 'rolling_days_key');
  PRAGMA user_version = 2;
`;

/** Takes away what the second version has added. */
const TO_FIRST_VERSION = `
  ${TO_SECOND_VERSION}
  ${['entry', 'entry_error', 'function_entry', 'dependency', 'dependency_error']
    .flatMap((name) => [`DROP TABLE ${name}_minute;`, `DROP TABLE ${name}_hour;`])
    .join('\n')}
  DROP TABLE entry_point; DROP TABLE dependency; DROP TABLE exemplar;
  ALTER TABLE caller DROP COLUMN used_day;
  DELETE FROM function_minute WHERE fn < 0;
  DELETE FROM error_minute WHERE fn < 0;
  DELETE FROM meta WHERE name IN ('rolling_table', 'rolling_key');
  PRAGMA user_version = 1;
`;

function withDatabase(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}
