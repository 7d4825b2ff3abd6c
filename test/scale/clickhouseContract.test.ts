import { afterAll, beforeAll, describe } from 'vitest';
import { ClickHouseStore } from '@hindcast/collector/store/clickhouse/clickhouseStore';
import type { Store, StoreLimits } from '@hindcast/collector/store/store';
import { storeContract } from '@hindcast/collector/store/storeContract';
import { surroundingsContract } from '@hindcast/collector/store/surroundingsContract';
import { timeContract } from '@hindcast/collector/store/timeContract';
import { ChdbServer, chdbMissing } from './chdbServer.js';

describe.skipIf(chdbMissing)(`ClickHouse 26 over HTTP${chdbMissing ? `, skipped: ${chdbMissing}` : ''}`, () => {
  let server: ChdbServer;
  beforeAll(async () => {
    server = await ChdbServer.start();
  });
  afterAll(() => server.close());

  let databases = 0;
  const open = (limits: StoreLimits, nowMs: number): Promise<Store> =>
    ClickHouseStore.open(server.address(`contract_${++databases}`), nowMs, limits);

  storeContract('clickhouse', open);
  surroundingsContract('clickhouse', open);
  timeContract('clickhouse', open);
});
