import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import * as semconv from '@hindcast/proto/semconv';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import {
  OtlpClient,
  QueryClient,
  attributes,
  field,
  metricsRequest,
  resource,
  sumsRequest,
  tracesRequest,
} from './collectorClient.js';

import otlp = opentelemetry.proto;

const DELTA = otlp.metrics.v1.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
const local = '127.0.0.1:0';
const DAY_MS = 86_400_000;
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

let collector: RunningCollector;
let grpc: string;
let http: string;
let client: OtlpClient;
let query: QueryClient;

beforeAll(async () => {
  collector = await startCollector({ otlpGrpc: local, otlpHttp: local, query: local, store: 'memory' }, silentLogger);
  ({ otlpGrpc: grpc = '', otlpHttp: http = '' } = collector.addresses);
  client = new OtlpClient(grpc);
  query = new QueryClient(collector.addresses.query);
});
afterAll(async () => {
  client.close();
  query.close();
  await collector.close();
});

async function refused(receiver: string, reason: string): Promise<number> {
  const found = (await query.status()).receivers.find(({ name }) => name === receiver)?.refused ?? [];
  return found.find((it) => it.reason === reason)?.count ?? 0;
}

/** What gRPC says of a call made of raw bytes; the body is what follows the headers, prefix and all. */
async function rawCall(body: Buffer, headers: Record<string, string> = {}): Promise<number> {
  const session = connectHttp2(`http://${grpc}`);
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': TRACES,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => undefined);
  const answered = new Promise<number>((resolve) => {
    stream.on('response', (it) => it['grpc-status'] !== undefined && resolve(Number(it['grpc-status'])));
    stream.on('trailers', (it: IncomingHttpHeaders) => resolve(Number(it['grpc-status'])));
  });
  stream.resume();
  stream.end(body);
  const code = await answered;
  session.destroy();
  return code;
}

const message = (payload: Buffer, isCompressed: boolean, length = payload.length): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, payload]);
};
const span = (name: string, startMs: number, endMs: number, id = 1): Uint8Array =>
  tracesRequest({ name: 'hostile' }, [{ name, id, startMs, endMs }]);

describe('over gRPC', () => {
  const good = Buffer.from(span('zipped', Date.now() - 10, Date.now(), 77));
  it.each<[string, Buffer, Record<string, string>, status, string]>([
    [
      'truncated gzip',
      message(gzipSync(good).subarray(0, 30), true),
      { 'grpc-encoding': 'gzip' },
      status.INVALID_ARGUMENT,
      'malformed',
    ],
    [
      'a gzip bomb',
      message(gzipSync(Buffer.alloc(100 * 1024 * 1024)), true),
      { 'grpc-encoding': 'gzip' },
      status.RESOURCE_EXHAUSTED,
      'too_large',
    ],
    [
      'a message that says it has 100 MB',
      message(Buffer.alloc(10), false, 100 * 1024 * 1024),
      {},
      status.RESOURCE_EXHAUSTED,
      'too_large',
    ],
    [
      'a message that is shorter than it says',
      message(good, false, good.length + 1),
      {},
      status.INVALID_ARGUMENT,
      'malformed',
    ],
    [
      'two messages',
      Buffer.concat([message(good, false), message(good, false)]),
      {},
      status.INVALID_ARGUMENT,
      'malformed',
    ],
    ['no message', Buffer.alloc(0), {}, status.INVALID_ARGUMENT, 'malformed'],
    [
      'an encoding that nobody knows',
      message(good, true),
      { 'grpc-encoding': 'zstd' },
      status.UNIMPLEMENTED,
      'malformed',
    ],
  ])('%s is refused and counted', async (_case, body, headers, code, reason) => {
    const before = await refused('otlp-grpc', reason);
    expect(await rawCall(body, headers)).toBe(code);
    expect(await refused('otlp-grpc', reason)).toBe(before + 1);
  });

  it('gzip is understood', async () => {
    expect(await rawCall(message(gzipSync(good), true), { 'grpc-encoding': 'gzip' })).toBe(status.OK);
  });
});

describe('over HTTP', () => {
  it('a body of 100 MB is refused before it is sent, and when its length is not told', async () => {
    const told = await fetch(`http://${http}/v1/traces`, {
      method: 'POST',
      headers: PROTOBUF,
      body: Buffer.alloc(100 * 1024 * 1024),
    }).then(
      (it) => it.status,
      // The collector has answered and stopped reading; some clients see that first.
      () => 413,
    );
    expect(told).toBe(413);
    const before = await refused('otlp-http', 'too_large');
    const socket = connect(Number(http.split(':')[1]), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const piece = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 20 && !socket.destroyed; i++) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write('\r\n');
    }
    await vi.waitFor(async () => expect(await refused('otlp-http', 'too_large')).toBe(before + 1), { timeout: 20_000 });
    socket.destroy();
  });
});

describe('what cannot be within a request', () => {
  const now = Date.now();
  const fn = { [semconv.CODE_FUNCTION_NAME]: 'f', [semconv.CODE_FILE_PATH]: 'hostile.ts' };

  it.each<[string, number, number]>([
    ['a year ago', now - 365 * DAY_MS, now - 365 * DAY_MS + 5],
    ['in a year', now + 365 * DAY_MS, now + 365 * DAY_MS + 5],
    ['at the beginning of time', 0, 0],
    ['backwards', now, now - 1_000],
    ['at the end of what fits', 18_446_744_073_000, 18_446_744_073_001],
  ])('a span %s is told and counted; its neighbour is kept', async (when, startMs, endMs) => {
    const before = await refused('otlp-grpc', 'timestamp');
    const both = tracesRequest({ name: when }, [
      { name: 'bad', id: 1, trace: now % 1e9, startMs, endMs },
      { name: 'good', id: 2, trace: now % 1e9, startMs: now - 5, endMs: now },
    ]);
    expect((await client.export('traces', both)).toString()).toContain('1 timestamp');
    expect(await refused('otlp-grpc', 'timestamp')).toBe(before + 1);
    const { services } = await query.services();
    expect(services.find((it) => it.deployment?.service === when)).toMatchObject({ calls: 1 });
  });

  it.each([NaN, -1, 0.5, 1e300, Infinity])('a count of %d is told and counted', async (value) => {
    const times = { startTimeUnixNano: (now - 1_000) * 1e6, timeUnixNano: now * 1e6 };
    const request = otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode({
      resourceMetrics: [
        {
          resource: resource({ name: 'counts', instance: `counts ${value}` }),
          scopeMetrics: [
            {
              metrics: [
                {
                  name: semconv.METRIC_FUNCTION_CALLS,
                  sum: {
                    aggregationTemporality: DELTA,
                    isMonotonic: true,
                    dataPoints: [{ ...times, attributes: attributes(fn), asDouble: value }],
                  },
                },
                {
                  name: semconv.METRIC_FUNCTION_DURATION,
                  exponentialHistogram: {
                    aggregationTemporality: DELTA,
                    dataPoints: [
                      {
                        ...times,
                        attributes: attributes(fn),
                        scale: 4,
                        count: 1,
                        sum: -1,
                        positive: { offset: 2_000_000_000, bucketCounts: [1] },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    }).finish();
    const response = (await client.export('metrics', request)).toString();
    expect(response).toContain('1 count');
    expect(response).toContain('1 histogram');
  });

  it('names that are no UTF-8 are kept as what can be read of them', async () => {
    // The bytes of the name are broken where they stand, so that lengths stay what they are.
    const request = Buffer.from(span('broken-name-here', now - 5, now, 99));
    request[request.indexOf('broken-name-here') + 3] = 0xff;
    expect(await client.export('traces', request)).toHaveLength(0);
    const { services } = await query.services();
    expect(services.some((it) => it.deployment?.service === 'hostile')).toBe(true);
  });

  it('a flood of attributes is taken apart or refused, never kept', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key.${i}`, `value ${i}`]));
    const flooded = tracesRequest({ name: 'flood' }, [
      { name: 'f', id: 5, trace: 5, startMs: now - 5, endMs: now, attributes: many },
    ]);
    expect(await client.export('traces', flooded)).toHaveLength(0);
    // Empty spans of two bytes each: few bytes that would become very much.
    const empty = Buffer.alloc(1_200_000);
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x12;
    await expect(client.export('traces', field(1, field(2, empty)))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });
});

describe('more than fits', () => {
  it('functions over the limit are counted and shown, and those that are known go on', async () => {
    const now = Date.now();
    const BATCH = 30_000;
    let told = '';
    for (let from = 0; from < 210_000; from += BATCH) {
      const points = Array.from(
        { length: BATCH },
        (_, i) => [{ [semconv.CODE_FUNCTION_NAME]: `f${from + i}`, [semconv.CODE_FILE_PATH]: 'a.ts' }, 1] as const,
      );
      const request = sumsRequest({ name: 'endless' }, now - 1_000, now - 500 + from / BATCH, {
        [semconv.METRIC_FUNCTION_CALLS]: points,
      });
      told = (await client.export('metrics', request)).toString();
    }
    expect(told).toContain('over_limit');
    const request = sumsRequest({ name: 'endless' }, now - 400, now, {
      [semconv.METRIC_FUNCTION_CALLS]: [[{ [semconv.CODE_FUNCTION_NAME]: 'f7', [semconv.CODE_FILE_PATH]: 'a.ts' }, 1]],
    });
    expect(await client.export('metrics', request)).toHaveLength(0);
    const found = (await query.services()).services.find((it) => it.deployment?.service === 'endless');
    expect(found).toMatchObject({ functions: 200_000, calls: 200_001 });
    expect(found?.drops).toEqual([expect.objectContaining({ reason: 'function_limit', count: 10_000 })]);
  });
});

describe('clients that never read', () => {
  it('keep nobody else waiting', async () => {
    const now = Date.now();
    // One that sends requests behind each other and takes no answer, one that watches and takes nothing.
    const sender = connect(Number(http.split(':')[1]), '127.0.0.1');
    sender.on('error', () => undefined);
    sender.pause();
    const body = Buffer.from(span('unread', now - 5, now, 4));
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`;
    for (let i = 0; i < 2_000; i++) sender.write(Buffer.concat([Buffer.from(head), body]));
    const session = connectHttp2(`http://${collector.addresses.query}`, { settings: { initialWindowSize: 0 } });
    session.on('error', () => undefined);
    const watch = session.request({
      ':method': 'POST',
      ':path': '/hindcast.v1.QueryService/Watch',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    watch.on('error', () => undefined);
    watch.end(Buffer.alloc(5));
    await once(watch, 'response');
    for (let i = 0; i < 20; i++) {
      const end = now + i;
      await client.export(
        'metrics',
        metricsRequest({ name: 'heard' }, 'b.ts', end - 1, end, [{ name: 'f', line: 1, calls: 1 }]),
      );
    }
    const found = (await query.services()).services.find((it) => it.deployment?.service === 'heard');
    expect(found).toMatchObject({ calls: 20 });
    sender.destroy();
    session.destroy();
  });
});
