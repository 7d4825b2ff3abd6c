import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClickHouseStore } from '@hindcast/collector/store/clickhouse/clickhouseStore';
import { MemoryStore } from '@hindcast/collector/store/memoryStore';
import { retention } from '@hindcast/collector/store/store';
import { NOW_MS } from '@hindcast/collector/store/storeContract';
import { SPAN_MINUTES, answersOf, anyMinute, anyStep } from '@hindcast/collector/store/storeHistories';
import { MINUTE_MS, minuteOf } from '@hindcast/collector/store/storeTime';
import { ChdbServer, chdbMissing } from './chdbServer.js';

const NOW = minuteOf(NOW_MS);
const RUNS = Number(process.env['HINDCAST_AGREE_RUNS'] ?? 5);

describe.skipIf(chdbMissing)(`ClickHouse beside memory${chdbMissing ? `, skipped: ${chdbMissing}` : ''}`, () => {
  let server: ChdbServer;
  beforeAll(async () => {
    server = await ChdbServer.start();
  });
  afterAll(() => server.close());

  it(
    'gives the same answers to the same history',
    async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), anyMinute, async (steps, from) => {
          const memory = new MemoryStore();
          const begin = NOW_MS - SPAN_MINUTES * MINUTE_MS;
          const clickhouse = await ClickHouseStore.open(server.address(`agree_${++run}`), begin);
          let nowMs = NOW_MS;
          for (const it of steps) {
            if ('write' in it) {
              expect(await clickhouse.write(it.write, nowMs)).toEqual(await memory.write(it.write, nowMs));
              continue;
            }
            nowMs += it.maintainAfterMinutes * MINUTE_MS;
            // Marks of reports are forgotten after this time by the minute in memory, and by the hour in ClickHouse.
            fc.pre(Math.abs((nowMs - NOW_MS) / 3_600_000 - retention.onceHours) > 2);
            for (const store of [memory, clickhouse]) while (await store.maintain(nowMs));
          }
          for (const since of [from, NOW - 60, NOW, 0]) {
            expect(await answersOf(clickhouse, since)).toEqual(await answersOf(memory, since));
          }
          await clickhouse.close();
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 60_000,
  );
});
