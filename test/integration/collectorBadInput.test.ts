import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { OtlpClient, QueryClient, metricsRequest, type Signal } from './collectorClient.js';

const local = '127.0.0.1:0';
const garbage = Buffer.from('hello, is this the collector?');
const nested =
  '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":' +
  '{"arrayValue":{"values":['.repeat(40) +
  '{"stringValue":"x"}' +
  ']}}'.repeat(40) +
  '}]}]}]}';

describe('bad input', () => {
  let collector: RunningCollector;
  let otlp: OtlpClient;
  let query: QueryClient;
  let http: string;

  beforeAll(async () => {
    collector = await startCollector({ otlpGrpc: local, otlpHttp: local, query: local, store: 'memory' }, silentLogger);
    otlp = new OtlpClient(collector.addresses.otlpGrpc ?? '');
    query = new QueryClient(collector.addresses.query);
    http = collector.addresses.otlpHttp ?? '';
  });
  afterAll(async () => {
    otlp.close();
    query.close();
    await collector.close();
  });

  const refused = async (receiver: string): Promise<Record<string, number>> => {
    const found = (await query.status()).receivers.find((it) => it.name === receiver);
    return Object.fromEntries((found?.refused ?? []).map((it) => [it.reason ?? '', it.count ?? 0]));
  };
  const counts = (receiver: string, reason: string, before: number): Promise<void> =>
    vi.waitFor(async () => expect((await refused(receiver))[reason] ?? 0).toBe(before + 1), { timeout: 5_000 });

  it.each<[string, Signal, Buffer, status, string]>([
    ['garbage traces', 'traces', garbage, status.INVALID_ARGUMENT, 'malformed'],
    ['garbage metrics', 'metrics', garbage, status.INVALID_ARGUMENT, 'malformed'],
    ['garbage logs', 'logs', garbage, status.INVALID_ARGUMENT, 'malformed'],
    ['a message over 16 MB', 'traces', Buffer.alloc(16 * 1024 * 1024 + 1), status.RESOURCE_EXHAUSTED, 'too_large'],
  ])('over gRPC, %s is refused and counted', async (_case, signal, body, code, reason) => {
    const before = (await refused('otlp-grpc'))[reason] ?? 0;
    await expect(otlp.export(signal, body)).rejects.toMatchObject({ code });
    await counts('otlp-grpc', reason, before);
  });

  it('over gRPC, a call that ends half-way is counted', async () => {
    const before = (await refused('otlp-grpc'))['half_sent'] ?? 0;
    const session = connectHttp2(`http://${collector.addresses.otlpGrpc ?? ''}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    // The head of a message of 100 bytes, and two of them.
    await new Promise((resolve) => stream.write(Buffer.from([0, 0, 0, 0, 100, 1, 2]), resolve));
    session.destroy();
    await counts('otlp-grpc', 'half_sent', before);
  });

  const PROTOBUF = { 'content-type': 'application/x-protobuf' };
  const JSON_TYPE = { 'content-type': 'application/json' };
  it.each<[string, string, Record<string, string>, Buffer | string, number, string]>([
    ['garbage', '/v1/traces', PROTOBUF, garbage, 400, 'malformed'],
    ['JSON that is none', '/v1/metrics', JSON_TYPE, '{', 400, 'malformed'],
    ['JSON of another shape', '/v1/logs', JSON_TYPE, '{"resourceLogs":7}', 400, 'malformed'],
    ['JSON nested too deep', '/v1/logs', JSON_TYPE, nested, 400, 'malformed'],
    ['gzip that is none', '/v1/traces', { ...PROTOBUF, 'content-encoding': 'gzip' }, garbage, 400, 'malformed'],
    [
      'cut gzip',
      '/v1/traces',
      { ...PROTOBUF, 'content-encoding': 'gzip' },
      gzipSync(garbage).subarray(0, 20),
      400,
      'malformed',
    ],
    [
      'a gzip bomb',
      '/v1/traces',
      { ...PROTOBUF, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(40_000_000)),
      413,
      'too_large',
    ],
    ['a body over 16 MB', '/v1/traces', PROTOBUF, Buffer.alloc(16 * 1024 * 1024 + 1), 413, 'too_large'],
    ['an encoding nobody knows', '/v1/traces', { ...PROTOBUF, 'content-encoding': 'br' }, garbage, 400, 'malformed'],
    ['another content type', '/v1/traces', { 'content-type': 'text/plain' }, garbage, 415, 'content_type'],
    ['another path', '/v2/traces', PROTOBUF, garbage, 404, 'unknown_path'],
  ])('over HTTP, %s is refused and counted', async (_case, path, headers, body, httpStatus, reason) => {
    const before = (await refused('otlp-http'))[reason] ?? 0;
    const sent = typeof body === 'string' ? body : new Uint8Array(body);
    const response = await fetch(`http://${http}${path}`, { method: 'POST', headers, body: sent });
    expect(response.status).toBe(httpStatus);
    await response.arrayBuffer();
    await counts('otlp-http', reason, before);
  });

  it('over HTTP, a body that never ends is counted', async () => {
    const before = (await refused('otlp-http'))['half_sent'] ?? 0;
    const [host = '', port = ''] = http.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    socket.end(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n\r\nhalf',
    );
    await counts('otlp-http', 'half_sent', before);
    socket.destroy();
  });

  it('in parts of a request is told to the sender, and the rest is kept', async () => {
    const old = Date.now() - 40 * 86_400_000;
    const response = await otlp.export(
      'metrics',
      metricsRequest({ name: 's' }, 'a.ts', old, old + 10, [{ name: 'f', line: 1, calls: 1 }]),
    );
    expect(response.toString('utf8')).toContain('Not all metrics were taken: 5 timestamp.');
    await expect(query.services()).resolves.toMatchObject({ services: [] });
  });

  it('leaves a collector that works', async () => {
    const now = Date.now();
    await otlp.export(
      'metrics',
      metricsRequest({ name: 's' }, 'a.ts', now - 10, now, [{ name: 'f', line: 1, calls: 3 }]),
    );
    expect((await query.services()).services).toMatchObject([{ calls: 3 }]);
  });
});
