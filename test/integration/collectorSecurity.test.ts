import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Logger } from '@hindcast/core/logger';
import type { SecurityConfig } from '@hindcast/collector/config';
import { accessToken } from '@hindcast/collector/security/accessTokens';
import { defaultClientLimits } from '@hindcast/collector/security/clientLimits';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { tracesRequest } from './collectorClient.js';

const local = '127.0.0.1:0';
const SENDER = 'token-that-may-send-1';
const READER = 'token-that-may-read-1';
const BOTH = 'token-that-may-do-both-1';
const tls = join(import.meta.dirname, '../fixtures/tls');
const pem = (name: string): Buffer => readFileSync(join(tls, name));

const logged: string[] = [];
const note = (message: string, cause?: unknown): void => void logged.push(message, String(cause));
const logger: Logger = { debug: note, info: note, warn: note, error: note };

let collector: RunningCollector;
async function start(security: Partial<SecurityConfig>): Promise<RunningCollector> {
  collector = await startCollector(
    {
      otlpGrpc: local,
      otlpHttp: local,
      query: local,
      store: 'memory',
      security: {
        tokens: [accessToken(['ingest'], SENDER), accessToken(['read'], READER), accessToken(['ingest', 'read'], BOTH)],
        tls: undefined,
        allowsPlainText: false,
        limits: defaultClientLimits,
        ...security,
      },
    },
    logger,
  );
  return collector;
}
afterEach(() => collector.close());

const span = (): Uint8Array => {
  const now = Date.now();
  return tracesRequest({ name: 's' }, [{ name: 'f', id: Math.random() * 2 ** 31, startMs: now - 5, endMs: now }]);
};

interface Way {
  readonly authorization?: string | undefined;
  readonly isTls: boolean;
  readonly clientCertificate?: string;
}

/** gRPC's status of a call; 0 is success. */
function grpcStatus(
  address: string,
  path: string,
  body: Uint8Array,
  { authorization, isTls, clientCertificate }: Way,
): Promise<number> {
  const own =
    clientCertificate === undefined ? [] : [pem(`${clientCertificate}.key.pem`), pem(`${clientCertificate}.pem`)];
  const client = new Client(
    address,
    isTls ? credentials.createSsl(pem('authority.pem'), ...own) : credentials.createInsecure(),
  );
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (it: Uint8Array) => Buffer.from(it),
      (it) => it,
      body,
      metadata,
      { deadline: Date.now() + 10_000 },
      (error) => {
        client.close();
        resolve(error?.code ?? 0);
      },
    );
  });
}

function httpStatus(
  address: string,
  method: string,
  path: string,
  body: Uint8Array | undefined,
  { authorization, isTls }: Way,
): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf', ...(authorization !== undefined && { authorization }) };
  if (!isTls) {
    return fetch(`http://${address}${path}`, { method, headers, ...(body && { body: new Uint8Array(body) }) }).then(
      (it) => it.status,
    );
  }
  return new Promise((resolve, reject) => {
    httpsRequest(`https://${address}${path}`, { method, headers, ca: pem('authority.pem') }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
  });
}

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const STATUS = '/hindcast.v1.QueryService/GetStatus';
const OVERLAY = '/hindcast.v1.QueryService/GetOverlay';
const HEALTH = '/grpc.health.v1.Health/Check';

describe.each([
  ['without TLS', undefined],
  ['with TLS', { certFile: join(tls, 'server.pem'), keyFile: join(tls, 'server.key.pem'), clientCaFile: undefined }],
])('tokens %s', (_case, files) => {
  const isTls = files !== undefined;
  const who: [string, string | undefined, boolean, boolean][] = [
    ['no token', undefined, false, false],
    ['an unknown token', 'Bearer nobody-knows-this-one', false, false],
    ['a token that may send', `Bearer ${SENDER}`, true, false],
    ['a token that may read', `Bearer ${READER}`, false, true],
    ['a token that may do both', `Bearer ${BOTH}`, true, true],
  ];

  it.each(who)('%s does what it may and nothing else', async (_who, authorization, maySend, mayRead) => {
    const { otlpGrpc = '', otlpHttp = '', query } = (await start({ tls: files })).addresses;
    const way = { authorization, isTls };
    const isKnown = maySend || mayRead;
    const code = (may: boolean): number => (may ? 0 : isKnown ? status.PERMISSION_DENIED : status.UNAUTHENTICATED);
    const http = (may: boolean): number => (may ? 200 : isKnown ? 403 : 401);
    const empty = new Uint8Array();
    expect({
      traces: await grpcStatus(otlpGrpc, TRACES, span(), way),
      post: await httpStatus(otlpHttp, 'POST', '/v1/traces', span(), way),
      status: await grpcStatus(query, STATUS, empty, way),
      overlay: await grpcStatus(query, OVERLAY, empty, way),
      metrics: await httpStatus(otlpHttp, 'GET', '/metrics', undefined, way),
      // Whether it runs is told to everybody.
      health: await httpStatus(otlpHttp, 'GET', '/health', undefined, way),
      grpcHealth: await grpcStatus(otlpGrpc, HEALTH, empty, way),
      queryHealth: await grpcStatus(query, HEALTH, empty, way),
    }).toEqual({
      traces: code(maySend),
      post: http(maySend),
      status: code(mayRead),
      overlay: code(mayRead),
      metrics: http(mayRead),
      health: 200,
      grpcHealth: 0,
      queryHealth: 0,
    });
    const client = new CollectorClient(query, {
      token: BOTH,
      ...(isTls && { tls: { caPem: pem('authority.pem').toString() } }),
    });
    try {
      const report = await client.getStatus();
      const refused = Object.fromEntries(report.receivers.map(({ name, refused }) => [name, refused]));
      const reason = isKnown ? 'forbidden' : 'unauthenticated';
      if (!maySend) expect(refused['otlp-grpc']).toEqual([{ reason, count: 1 }]);
      if (!mayRead) expect(refused['query']).toEqual([{ reason, count: 2 }]);
      // No secret in what it tells, and none in its log.
      expect(JSON.stringify([report, logged])).not.toMatch(/token-that|nobody-knows/);
    } finally {
      client.close();
    }
  });
});

describe('TLS', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'hindcast-tls-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const server = { certFile: join(tls, 'server.pem'), keyFile: join(tls, 'server.key.pem') };
  const authorization = `Bearer ${BOTH}`;

  it('refuses who speaks without it, and counts that', async () => {
    const { otlpGrpc = '', otlpHttp = '' } = (await start({ tls: { ...server, clientCaFile: undefined } })).addresses;
    expect(await grpcStatus(otlpGrpc, TRACES, span(), { authorization, isTls: false })).toBe(status.UNAVAILABLE);
    await expect(httpStatus(otlpHttp, 'POST', '/v1/traces', span(), { authorization, isTls: false })).rejects.toThrow();
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(otlpHttp.split(':')[1]),
      ca: pem('authority.pem'),
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await once(socket, 'error');
  });

  it('asks clients for a certificate of the named authority', async () => {
    const clientCaFile = join(tls, 'authority.pem');
    const { otlpGrpc = '', query } = (await start({ tls: { ...server, clientCaFile } })).addresses;
    const way = { authorization, isTls: true };
    expect(await grpcStatus(otlpGrpc, TRACES, span(), way)).toBe(status.UNAVAILABLE);
    expect(await grpcStatus(query, STATUS, new Uint8Array(), way)).toBe(status.UNAVAILABLE);
    for (const [address, path] of [
      [otlpGrpc, TRACES],
      [query, STATUS],
    ] as const) {
      expect(
        await grpcStatus(address, path, path === TRACES ? span() : new Uint8Array(), {
          ...way,
          clientCertificate: 'server',
        }),
      ).toBe(0);
      // A certificate is no token.
      expect(await grpcStatus(address, path, span(), { isTls: true, clientCertificate: 'server' })).toBe(
        status.UNAUTHENTICATED,
      );
    }
  });

  it('takes a new certificate without a restart', async () => {
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    copyFileSync(join(tls, 'elsewhere.pem'), certFile);
    copyFileSync(join(tls, 'elsewhere.key.pem'), keyFile);
    const { otlpHttp = '' } = (await start({ tls: { certFile, keyFile, clientCaFile: undefined } })).addresses;
    const subject = async (): Promise<unknown> => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: Number(otlpHttp.split(':')[1]),
        ca: pem('authority.pem'),
        rejectUnauthorized: false,
      });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    const before = await subject();
    copyFileSync(join(tls, 'server.pem'), certFile);
    copyFileSync(join(tls, 'server.key.pem'), keyFile);
    await vi.waitFor(async () => expect(await subject()).not.toBe(before), { timeout: 30_000, interval: 500 });
    expect(await subject()).toBe('server');
  });
});

describe('tokens that are read again', () => {
  it('are the only ones from then on, unless there are none', async () => {
    const { query } = (await start({})).addresses;
    const ask = (token: string): Promise<unknown> =>
      grpcStatus(query, STATUS, new Uint8Array(), { authorization: `Bearer ${token}`, isTls: false });
    const security = (secrets: readonly string[]): SecurityConfig => ({
      tokens: secrets.map((secret) => accessToken(['read'], secret)),
      tls: undefined,
      allowsPlainText: false,
      limits: defaultClientLimits,
    });
    expect(await ask(READER)).toBe(status.OK);
    collector.reload(security(['another-token-that-reads']));
    expect([await ask(READER), await ask('another-token-that-reads')]).toEqual([status.UNAUTHENTICATED, status.OK]);
    collector.reload(security([]));
    expect([await ask(READER), await ask('another-token-that-reads')]).toEqual([status.UNAUTHENTICATED, status.OK]);
    expect(logged.join()).not.toContain('another-token');
  });
});

describe('addresses', () => {
  it.each(['otlpGrpc', 'otlpHttp', 'query'])('%s beyond loopback takes a token, and TLS', async (name) => {
    await start({});
    const config = { otlpGrpc: local, otlpHttp: local, query: local, store: 'memory', [name]: '0.0.0.0:0' };
    await expect(startCollector(config, logger)).rejects.toMatchObject({ code: 'NOT_LOOPBACK' });
    const security = {
      tokens: [accessToken(['ingest'], SENDER)],
      tls: undefined,
      allowsPlainText: false,
      limits: defaultClientLimits,
    };
    await expect(startCollector({ ...config, security }, logger)).rejects.toMatchObject({ code: 'NOT_ENCRYPTED' });
    const allowed = await startCollector({ ...config, security: { ...security, allowsPlainText: true } }, logger);
    await allowed.close();
  });
});

describe('limits of a client', () => {
  it('answers too many requests with when to come again, over either transport', async () => {
    const limits = { ...defaultClientLimits, requestsPerSecond: 1 };
    const { otlpGrpc = '', otlpHttp = '' } = (await start({ tokens: [], limits })).addresses;
    const way = { isTls: false };
    // So many at once that they are too many however slow this machine is.
    const atOnce = <T>(send: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 40 }, send));
    expect(await atOnce(() => grpcStatus(otlpGrpc, TRACES, span(), way))).toContain(status.RESOURCE_EXHAUSTED);
    const responses = await atOnce(() =>
      fetch(`http://${otlpHttp}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(span()),
      }),
    );
    const refused = responses.find((it) => it.status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('ends connections over their number', async () => {
    const limits = { ...defaultClientLimits, connections: 2 };
    const { otlpHttp = '' } = (await start({ tokens: [], limits })).addresses;
    const sockets = Array.from({ length: 3 }, () => connectPlain(Number(otlpHttp.split(':')[1]), '127.0.0.1'));
    await Promise.race(sockets.map((socket) => once(socket, 'close')));
    for (const socket of sockets) socket.destroy();
  });
});
