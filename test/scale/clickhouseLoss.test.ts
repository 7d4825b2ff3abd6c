import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { ClickHouseStore } from '@hindcast/collector/store/clickhouse/clickhouseStore';
import { SCHEMA_VERSION } from '@hindcast/collector/store/clickhouse/schema';
import { StoreUnavailableError } from '@hindcast/collector/store/store';
import { NOW_MS, fnKey, report } from '@hindcast/collector/store/storeContract';
import { minuteOf } from '@hindcast/collector/store/storeTime';
import { ChdbServer, chdbMissing } from './chdbServer.js';

const minute = minuteOf(NOW_MS);
const SECRET = 'the-password';

describe.skipIf(chdbMissing)(`a ClickHouse that goes away${chdbMissing ? `, skipped: ${chdbMissing}` : ''}`, () => {
  let server: ChdbServer;
  const address = (database: string): string =>
    server.address(database).replace('://', `://hindcast:${SECRET}@`).replace('?', '?timeout_ms=3000&');
  beforeAll(async () => {
    server = await ChdbServer.start();
  });
  afterAll(() => server.close());

  it('refuses writes until it is back, loses and repeats nothing, and tells no secret', async () => {
    const store = await ClickHouseStore.open(address('loss'), NOW_MS);
    const once = (onceKey: string) => ({
      ...report({ functions: [{ minute, fn: fnKey('a'), calls: 5, durations: histogramOf([0.5]) }] }),
      onceKey,
    });
    await store.write([once('1')], NOW_MS);
    await server.kill();
    const refusal = await store.write([once('1'), once('2')], NOW_MS).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnavailableError);
    const status = await store.status();
    expect(status.problem).toMatch(/ClickHouse cannot be reached/);
    expect(JSON.stringify([status, String(refusal)])).not.toContain(SECRET);
    await expect(store.findFiles(['src/a.ts'])).rejects.toBeInstanceOf(StoreUnavailableError);

    await server.restart();
    expect(await store.write([once('1'), once('2')], NOW_MS)).toEqual({ duplicates: 1, overLimit: 0 });
    expect((await store.status()).problem).toBe('');
    const files = await store.findFiles(['src/a.ts']);
    const [fn] = await store.readFunctions(
      files.map(({ id }) => id),
      minute,
    );
    expect(fn?.calls).toBe(10);
    await store.close();
  });

  it('keeps a collector from starting when its tables are newer, or nobody is there', async () => {
    const store = await ClickHouseStore.open(address('newer'), NOW_MS);
    await store.close();
    await server.run(`INSERT INTO newer.hindcast_migration VALUES (${SCHEMA_VERSION + 1}, 0)`);
    await expect(ClickHouseStore.open(address('newer'), NOW_MS)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining('newer collector') as string,
    });
    await expect(ClickHouseStore.open(`clickhouse://u:${SECRET}@127.0.0.1:1/x`, NOW_MS)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.not.stringContaining(SECRET) as string,
    });
  });

  it('goes on with a change of the tables that a collector began and did not end', async () => {
    await server.run('CREATE DATABASE halfway');
    await server.run(
      'CREATE TABLE halfway.hindcast_heard (deployment UInt64, instance String, repository_url String, heard_ms UInt64) ENGINE = ReplacingMergeTree(heard_ms) ORDER BY (deployment, instance, repository_url)',
    );
    const stores = await Promise.all([1, 2].map(() => ClickHouseStore.open(address('halfway'), NOW_MS)));
    expect(await stores[0]?.write([report({})], NOW_MS)).toEqual({ duplicates: 0, overLimit: 0 });
    expect(await stores[1]?.readDeployments(minute)).toHaveLength(1);
    await Promise.all(stores.map((it) => it.close()));
  });
});
