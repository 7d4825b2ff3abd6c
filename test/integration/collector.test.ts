import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector } from '@hindcast/collector/startCollector';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { declarationRequest, metricsRequest, tracesRequest } from './collectorClient.js';
import { loopback, useCollector } from './testCollector.js';

import v1 = hindcast.v1;

const shop = { name: 'shop' };
const file = 'src/cart.ts';

describe('a collector', () => {
  const test = useCollector();

  it('answers with what the sensor has just been acknowledged', async () => {
    const now = Date.now();
    await test().otlp.export(
      'logs',
      declarationRequest(shop, file, 'a'.repeat(40), [
        { name: 'add', line: 3 },
        { name: 'idle', line: 9 },
      ]),
    );
    await test().otlp.export(
      'metrics',
      metricsRequest(shop, file, now - 10_000, now, [{ name: 'add', line: 3, calls: 12, errors: 2 }]),
    );

    const answer = await test().query.overlay({
      files: [{ path: `/home/me/repo/${file}`, contentHash: 'a'.repeat(40) }],
    });
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
    await test().otlp.export(
      'traces',
      tracesRequest({ name: 'db' }, [
        { name: 'SELECT', id: 3, parent: 2, startMs: now - 5, endMs: now - 1, error: 'Deadlock' },
      ]),
    );
    await test().otlp.export(
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
    const services = await test().query.services();
    expect(
      services.services.map(({ deployment, calls, errors }) => [deployment?.service, Number(calls), Number(errors)]),
    ).toEqual([
      ['db', 1, 1],
      ['shop', 2, 0],
    ]);
    const answer = await test().query.overlay({ files: [{ path: '/app/src/cart.js' }] });
    expect(answer.files[0]?.deployments?.[0]?.functions?.[0]).toMatchObject({
      function: { name: 'load', line: 7 },
      callers: [{ service: 'shop', filePath: '', function: { name: 'GET /cart' } }],
    });
  });

  it('takes OTLP over HTTP, as protobuf, as JSON and compressed', async () => {
    const now = Date.now();
    const post = async (signal: string, type: string, body: Uint8Array | string, more: Record<string, string> = {}) => {
      const response = await fetch(`http://${test().running.addresses.otlpHttp ?? ''}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': type, ...more },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(type);
      return response.text();
    };
    const calls = (endMs: number) =>
      metricsRequest(shop, file, endMs - 10, endMs, [{ name: 'add', line: 3, calls: 4 }]);
    await post('metrics', 'application/x-protobuf', calls(now));
    await post('metrics', 'application/x-protobuf', gzipSync(calls(now - 20)), { 'content-encoding': 'gzip' });
    const json = {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '5B8EFFF798038103D269B633813FC60C',
                  spanId: 'EEE19B7EC3C1B174',
                  name: 'GET /',
                  startTimeUnixNano: `${now - 5}000000`,
                  endTimeUnixNano: `${now}000000`,
                  attributes: [{ key: 'code.line.number', value: { intValue: '12' } }],
                  status: { code: 2 },
                },
                {
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: 'aaa19b7ec3c1b174',
                  name: 'old',
                  endTimeUnixNano: '5',
                },
              ],
            },
          ],
        },
      ],
    };
    expect(JSON.parse(await post('traces', 'application/json', JSON.stringify(json)))).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'Not all traces were taken: 1 timestamp.' },
    });
    expect((await test().query.services()).services.map((it) => [it.deployment?.service, it.calls, it.errors])).toEqual(
      [
        ['shop', 8, 0],
        ['web', 1, 1],
      ],
    );
  });

  it('counts a batch that is sent again once', async () => {
    const now = Date.now();
    const batch = metricsRequest(shop, file, now - 10, now, [{ name: 'add', line: 3, calls: 4 }]);
    await Promise.all([
      test().otlp.export('metrics', batch),
      test().otlp.export('metrics', batch),
      test().otlp.export('metrics', batch),
    ]);
    expect((await test().query.services()).services).toMatchObject([{ calls: 4 }]);
  });

  it('tells watchers at once, and then what changed, together', async () => {
    const stream = test().query.watch();
    const messages: v1.WatchResponse[] = [];
    stream.on('data', (message: v1.WatchResponse) => messages.push(message));
    const ended = once(stream, 'end');
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    expect(messages[0]?.services).toEqual([]);
    const now = Date.now();
    for (const [i, name] of ['shop', 'web', 'shop', 'db'].entries()) {
      await test().otlp.export(
        'metrics',
        metricsRequest({ name }, file, now - 10 - i, now - i, [{ name: 'f', line: 1, calls: 1 }]),
      );
    }
    await vi.waitFor(
      () => expect(new Set(messages.flatMap((it) => it.services))).toEqual(new Set(['shop', 'web', 'db'])),
      {
        timeout: 5_000,
      },
    );
    expect(messages.length).toBeLessThanOrEqual(3);
    expect(messages.at(-1)?.generation).toBeGreaterThan(messages[0]?.generation ?? Infinity);
    await test().running.close();
    await ended;
  });

  it('matches a file by the longest end of its path, and puts the same content first', async () => {
    const now = Date.now();
    const declare = async (name: string, path: string, hash: string): Promise<void> => {
      await test().otlp.export('logs', declarationRequest({ name }, path, hash, [{ name: 'f', line: 1 }]));
      await test().otlp.export(
        'metrics',
        metricsRequest({ name }, path, now - 10, now, [{ name: 'f', line: 1, calls: 1 }]),
      );
    };
    await declare('short', 'cart.ts', 'a'.repeat(40));
    await declare('long', 'src/cart.ts', 'b'.repeat(40));
    await declare('same', 'cart.ts', 'c'.repeat(40));
    await declare('no', 'rc/cart.ts', 'c'.repeat(40));
    const answer = await test().query.overlay({
      files: [{ path: '/repo/src/cart.ts', contentHash: 'c'.repeat(40) }, { path: 'nowhere.ts' }],
      scope: { window: { seconds: 7 * 86_400 } },
    });
    expect(
      answer.files.map((it) => it.deployments?.map((at) => [at.deployment?.service, at.filePath, at.sameContent])),
    ).toEqual([
      [
        ['same', 'cart.ts', true],
        ['long', 'src/cart.ts', false],
        ['short', 'cart.ts', false],
      ],
      [],
    ]);
    const scoped = await test().query.overlay({ files: [{ path: 'src/cart.ts' }], scope: { service: 'short' } });
    expect(scoped.files[0]?.deployments).toMatchObject([{ deployment: { service: 'short' } }]);
  });

  it.each<[string, v1.GetOverlayRequest.$Properties]>([
    ['no path', { files: [{ path: '' }] }],
    ['too many files', { files: Array.from({ length: 501 }, () => ({ path: 'a' })) }],
    ['a window of nothing', { files: [], scope: { window: { seconds: 0 } } }],
    ['a window of years', { files: [], scope: { window: { seconds: 401 * 86_400 } } }],
  ])('refuses a question with %s', async (_case, request) => {
    await expect(test().query.overlay(request)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it.each(['--otlp-grpc', '--otlp-http', '--query'] as const)(
    'says which address is taken and what to do: %s',
    async (flag) => {
      const name = ({ '--otlp-grpc': 'otlpGrpc', '--otlp-http': 'otlpHttp', '--query': 'query' } as const)[flag];
      const taken = test().running.addresses[name] ?? '';
      await expect(startCollector({ ...loopback, [name]: taken }, silentLogger)).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        message: `${taken} is taken by another program: use ${flag} HOST:PORT for another one.`,
      });
    },
  );

  it.each([
    ['0.0.0.0:4317', 'NOT_LOOPBACK'],
    ['192.168.1.2:0', 'NOT_LOOPBACK'],
    ['4317', 'BAD_ADDRESS'],
    ['127.0.0.1:70000', 'BAD_ADDRESS'],
  ])('does not listen on %s', async (otlpGrpc, code) => {
    await expect(startCollector({ ...loopback, otlpGrpc }, silentLogger)).rejects.toMatchObject({ code });
  });

  it('runs without the receivers that are off', async () => {
    const quiet = await startCollector({ ...loopback, otlpGrpc: undefined, otlpHttp: undefined }, silentLogger);
    expect(Object.keys(quiet.addresses)).toEqual(['query']);
    await quiet.close();
  });
});
