import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Logger } from '@hindcast/core/logger';
import { formatAddress, parseListenAddress } from '../address.js';
import type { Ingest } from '../ingest.js';
import { listenError } from '../listenError.js';
import { OtlpDecodeError, OtlpTooLargeError } from '../otlp/wireReader.js';
import { decodeJson, decodeProtobuf, type Signal } from './decode.js';
import {
  MAX_MESSAGE_BYTES,
  encodeExportResponse,
  encodeStatus,
  failureOf,
  jsonExportResponse,
} from './exportStatus.js';
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
const MAX_CONNECTIONS = 1_000;

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * OTLP over HTTP: `POST /v1/{metrics,traces,logs}` with protobuf or JSON, gzip allowed.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 * @throws CollectorError
 */
export async function startHttpReceiver(addressText: string, ingest: Ingest, logger: Logger): Promise<Receiver> {
  const { host, port } = parseListenAddress(addressText, '--otlp-http');
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, addressText, '--otlp-http')));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error').on('error', (error) => logger.error('the OTLP/HTTP listener failed', error));
  const counters = new ReceiverCounters('otlp-http', formatAddress(host, (server.address() as AddressInfo).port));
  server.on('clientError', (_error, socket) => {
    counters.refuse('malformed');
    socket.destroy();
  });
  server.on('request', (request, response) => {
    handle(request, response, ingest, counters).catch((error: unknown) => {
      if (error instanceof HalfSentError) {
        counters.refuse('half_sent');
        response.destroy();
        return;
      }
      const failure = failureOf(error);
      counters.refuse(failure.reason);
      if (failure.reason === 'internal') logger.error('an export over HTTP failed', error);
      if (failure.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(failure.retryAfterSeconds));
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

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  ingest: Ingest,
  counters: ReceiverCounters,
): Promise<void> {
  const signal = SIGNAL_OF_PATH[(request.url ?? '').split('?')[0] ?? ''];
  const type = contentType(request);
  const refusal = !signal
    ? [404, 'unknown_path', 'There is nothing here: post to /v1/metrics, /v1/traces or /v1/logs.']
    : request.method !== 'POST'
      ? [405, 'method', 'Only POST is allowed here.']
      : type !== PROTOBUF && type !== JSON_TYPE
        ? [415, 'content_type', `Only ${PROTOBUF} and ${JSON_TYPE} are understood.`]
        : undefined;
  if (!signal || refusal) {
    const [httpStatus, reason, message] = refusal ?? [404, 'unknown_path', ''];
    counters.refuse(String(reason));
    response.setHeader('connection', 'close');
    if (httpStatus === 405) response.setHeader('allow', 'POST');
    send(response, Number(httpStatus), 'text/plain', String(message));
    return;
  }
  const body = await decompress(await readBody(request), request.headers['content-encoding']);
  const decoded = type === JSON_TYPE ? decodeJson(signal, body) : decodeProtobuf(signal, body);
  const accepted = await ingest.accept(decoded, body.length);
  counters.accept(accepted);
  if (type === JSON_TYPE) send(response, 200, JSON_TYPE, jsonExportResponse(accepted, signal));
  else send(response, 200, PROTOBUF, encodeExportResponse(accepted, signal));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_MESSAGE_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof OtlpTooLargeError) throw error;
    throw new HalfSentError();
  }
  if (!request.complete) throw new HalfSentError();
  return Buffer.concat(chunks, size);
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
