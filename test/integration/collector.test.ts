import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { OtlpClient, QueryClient, declarationRequest, metricsRequest, tracesRequest } from './collectorClient.js';

import v1 = hindcast.v1;

const shop = { name: 'shop' };
const file = 'src/cart.ts';
const loopback = { otlpGrpc: '127.0.0.1:0', otlpHttp: '127.0.0.1:0', query: '127.0.0.1:0', store: 'memory' };

describe('a collector', () => {
  let collector: RunningCollector;
  let otlp: OtlpClient;
  let query: QueryClient;

  beforeEach(async () => {
    collector = await startCollector(loopback, silentLogger);
    otlp = new OtlpClient(collector.addresses.otlpGrpc ?? '');
    query = new QueryClient(collector.addresses.query);
  });
  afterEach(async () => {
    otlp.close();
    query.close();
    await collector.close();
  });

  it('answers with what the sensor has just been acknowledged', async () => {
    const now = Date.now();
    await otlp.export(
      'logs',
      declarationRequest(shop, file, 'a'.repeat(40), [
        { name: 'add', line: 3 },
        { name: 'idle', line: 9 },
      ]),
    );
    await otlp.export(
      'metrics',
      metricsRequest(shop, file, now - 10_000, now, [{ name: 'add', line: 3, calls: 12, errors: 2 }]),
    );

    const answer = await query.overlay({ files: [{ path: `/home/me/repo/${file}`, contentHash: 'a'.repeat(40) }] });
    const deployed = answer.files[0]?.deployments?.[0];
    expect(deployed).toMatchObject({ filePath: file, sameContent: true });
    expect(deployed?.deployment).toMatchObject({
      service: 'shop',
      version: '1.0.0',
      instances: 1,
      source: v1.Source.SOURCE_SENSOR,
    });
    expect(Number(deployed?.deployment?.observed?.seconds)).toBe(10);
    const [add, idle] = deployed?.functions ?? [];
    expect(add).toMatchObject({
      state: v1.FunctionState.FUNCTION_STATE_RAN,
      function: { name: 'add', line: 3, endLine: 5 },
    });
    expect([add?.calls, add?.errors, add?.entryCalls, add?.duration?.count].map(Number)).toEqual([12, 2, 12, 12]);
    expect(idle).toMatchObject({ state: v1.FunctionState.FUNCTION_STATE_NEVER_RAN, function: { name: 'idle' } });
  });

  it('takes spans of any SDK and finds callers across services', async () => {
    const now = Date.now();
    await otlp.export(
      'traces',
      tracesRequest({ name: 'db' }, [
        { name: 'SELECT', id: 3, parent: 2, startMs: now - 5, endMs: now - 1, error: 'Deadlock' },
      ]),
    );
    await otlp.export(
      'traces',
      tracesRequest(shop, [
        { name: 'GET /cart', id: 1, startMs: now - 10, endMs: now },
        {
          name: 'load',
          id: 2,
          parent: 1,
          startMs: now - 8,
          endMs: now,
          attributes: { 'code.function': 'load', 'code.filepath': '/app/src/cart.js', 'code.lineno': 7 },
        },
      ]),
    );
    const services = await query.services();
    expect(
      services.services.map(({ deployment, calls, errors }) => [deployment?.service, Number(calls), Number(errors)]),
    ).toEqual([
      ['db', 1, 1],
      ['shop', 2, 0],
    ]);
    const answer = await query.overlay({ files: [{ path: '/app/src/cart.js' }] });
    expect(answer.files[0]?.deployments?.[0]?.functions?.[0]).toMatchObject({
      function: { name: 'load', line: 7 },
      callers: [{ service: 'shop', filePath: '', function: { name: 'GET /cart' } }],
    });
  });
});
