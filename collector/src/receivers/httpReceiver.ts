import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Logger } from '@hindcast/core/logger';
import { OverloadedError, type Ingest } from '../ingest.js';
import { listenOn, tlsServerOptions } from '../listen.js';
import { admission } from '../security/admission.js';
import { clientOf, type Protection } from '../security/protection.js';
import { OtlpDecodeError, OtlpTooLargeError } from '../otlp/wireReader.js';
import { decodeJson, decodeProtobuf, type Signal } from './decode.js';
import {
  MAX_MESSAGE_BYTES,
  encodeExportResponse,
  encodeStatus,
  failureOf,
  jsonExportResponse,
} from './exportStatus.js';
import { ReceiveBudget } from './receiveBudget.js';
import type { Receiver } from './receiver.js';
import { ReceiverCounters } from './receiverCounters.js';

const SIGNAL_OF_PATH: Partial<Record<string, Signal>> = {
  '/v1/metrics': 'metrics',
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
};
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the pauses between exports, so that a connection serves for all of them. */
const KEEP_ALIVE_MS = 75_000;

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * OTLP over HTTP: `POST /v1/{metrics,traces,logs}` with protobuf or JSON, gzip allowed; and `GET /health` and `GET /metrics`.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 * @param metrics the collector's own numbers as Prometheus reads them
 * @throws CollectorError
 */
export async function startHttpReceiver(
  address: string,
  ingest: Ingest,
  protection: Protection,
  metrics: () => Promise<string>,
  logger: Logger,
): Promise<Receiver> {
  const counters = new ReceiverCounters('otlp-http');
  const refuse = (reason: string): void => counters.refuse(reason);
  const timeouts = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const tls = tlsServerOptions(protection, ['http/1.1']);
  const server = tls ? createSecureServer({ ...timeouts, ...tls }) : createServer(timeouts);
  server.on('clientError', (_error, socket) => {
    counters.refuse('malformed');
    socket.destroy();
  });
  const parts: HttpParts = { ingest, protection, metrics, counters, budget: new ReceiveBudget() };
  server.on('request', (request, response) => {
    handle(request, response, parts).catch((error: unknown) => {
      if (error instanceof HalfSentError) {
        counters.refuse('half_sent');
        response.destroy();
        return;
      }
      const failure = failureOf(error);
      counters.refuse(failure.reason);
      if (failure.reason === 'internal') logger.error('an export over HTTP failed', error);
      if (failure.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(failure.retryAfterSeconds));
      if (failure.httpStatus === 401) response.setHeader('www-authenticate', 'Bearer');
      // What is left of the body is not read, so the connection cannot be used again.
      response.setHeader('connection', 'close');
      if (contentType(request) === JSON_TYPE) {
        send(
          response,
          failure.httpStatus,
          JSON_TYPE,
          JSON.stringify({ code: failure.grpcCode, message: failure.message }),
        );
      } else send(response, failure.httpStatus, PROTOBUF, encodeStatus(failure));
    });
  });
  const listening = await listenOn(server, address, { flag: '--otlp-http', protection, refuse });
  counters.address = listening.address;
  return {
    counters,
    close: (graceMs) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** The connection ended in the middle of a request. */
class HalfSentError extends Error {}

interface HttpParts {
  readonly ingest: Ingest;
  readonly protection: Protection;
  readonly metrics: () => Promise<string>;
  readonly counters: ReceiverCounters;
  readonly budget: ReceiveBudget;
}

async function handle(request: IncomingMessage, response: ServerResponse, parts: HttpParts): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (request.method === 'GET' && (path === '/health' || path === '/metrics')) {
    await tell(path, request, response, parts);
    return;
  }
  const { ingest, protection, counters, budget } = parts;
  const client = clientOf(request.socket.remoteAddress);
  const refusal = admission(protection, request.headers.authorization, 'ingest', client);
  if (refusal) throw refusal;
  const signal = SIGNAL_OF_PATH[path];
  const type = contentType(request);
  const wrong = wrongRequest(request, signal, type);
  if (!signal || wrong) {
    const { httpStatus, reason, message } = wrong ?? unknownPath;
    counters.refuse(reason);
    response.setHeader('connection', 'close');
    if (httpStatus === 405) response.setHeader('allow', 'POST');
    send(response, httpStatus, 'text/plain', message);
    return;
  }
  const reserved = { bytes: 0 };
  try {
    const received = await readBody(request, budget, reserved);
    protection.meter.received(client, received.length);
    const body = await decompress(received, request.headers['content-encoding']);
    const decoded = type === JSON_TYPE ? decodeJson(signal, body) : decodeProtobuf(signal, body);
    const accepted = await ingest.accept(decoded, body.length);
    counters.accept(accepted);
    if (type === JSON_TYPE) send(response, 200, JSON_TYPE, jsonExportResponse(accepted, signal));
    else send(response, 200, PROTOBUF, encodeExportResponse(accepted, signal));
  } finally {
    budget.give(reserved.bytes);
  }
}

/** What is no export: whether the collector runs, for whoever watches over processes, and its numbers, for those who may read. */
async function tell(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { protection, metrics }: HttpParts,
): Promise<void> {
  if (path === '/health') {
    send(response, 200, JSON_TYPE, '{"status":"ok"}');
    return;
  }
  const client = clientOf(request.socket.remoteAddress);
  const refusal = admission(protection, request.headers.authorization, 'read', client);
  if (refusal) throw refusal;
  send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics());
}

interface WrongRequest {
  readonly httpStatus: number;
  readonly reason: string;
  readonly message: string;
}

const unknownPath: WrongRequest = {
  httpStatus: 404,
  reason: 'unknown_path',
  message: 'There is nothing here: post to /v1/metrics, /v1/traces or /v1/logs.',
};

function wrongRequest(request: IncomingMessage, signal: Signal | undefined, type: string): WrongRequest | undefined {
  if (!signal) return unknownPath;
  if (request.method !== 'POST') return { httpStatus: 405, reason: 'method', message: 'Only POST is allowed here.' };
  if (type === PROTOBUF || type === JSON_TYPE) return undefined;
  return { httpStatus: 415, reason: 'content_type', message: `Only ${PROTOBUF} and ${JSON_TYPE} are understood.` };
}

/** @param reserved counts what was taken of the budget, also when this throws */
function readBody(request: IncomingMessage, budget: ReceiveBudget, reserved: { bytes: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: Error): void => {
      request.pause().removeAllListeners('data');
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_MESSAGE_BYTES) refuse(tooLarge());
      else if (!budget.take(chunk.length)) {
        refuse(new OverloadedError('The collector is busy receiving what others send.'));
      } else {
        reserved.bytes += chunk.length;
        chunks.push(chunk);
      }
    });
    request.once('end', () => {
      if (request.complete) resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
      else reject(new HalfSentError());
    });
    request.once('error', () => reject(new HalfSentError()));
    request.once('close', () => reject(new HalfSentError()));
  });
}

async function decompress(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip')
    throw new OtlpDecodeError(`Content-Encoding ${encoding} is not understood: use gzip or none.`);
  try {
    return await unzip(body, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new OtlpDecodeError('The body is not valid gzip.');
  }
}

function tooLarge(): OtlpTooLargeError {
  return new OtlpTooLargeError(`The request is larger than ${MAX_MESSAGE_BYTES} bytes.`);
}

function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function send(response: ServerResponse, httpStatus: number, type: string, body: string | Uint8Array): void {
  response.writeHead(httpStatus, { 'content-type': type }).end(body);
}
