import { status } from '@grpc/grpc-js';
import type { Accepted } from '../ingest.js';
import { OverloadedError } from '../ingest.js';
import { OtlpDecodeError, OtlpTooLargeError } from '../otlp/wireReader.js';
import { NotAdmittedError, type NotAdmittedReason } from '../security/admission.js';
import { StoreUnavailableError } from '../store/store.js';
import type { Signal } from './decode.js';

/** How an export that failed is answered, over either transport. */
export interface ExportFailure {
  /** For the counters. */
  readonly reason: string;
  readonly grpcCode: status;
  readonly httpStatus: number;
  readonly message: string;
  /** Set when the same request may succeed later. */
  readonly retryAfterSeconds: number | undefined;
}

/** The largest request, in bytes, before and after decompression. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

const RETRY_AFTER_SECONDS = 5;

const NOT_ADMITTED: Record<NotAdmittedReason, readonly [grpcCode: status, httpStatus: number]> = {
  unauthenticated: [status.UNAUTHENTICATED, 401],
  forbidden: [status.PERMISSION_DENIED, 403],
  rate_limited: [status.RESOURCE_EXHAUSTED, 429],
};

/** The one place that says which error is which status. */
export function failureOf(error: unknown): ExportFailure {
  const message = error instanceof Error ? error.message : 'unknown';
  if (error instanceof OtlpDecodeError) return failure('malformed', status.INVALID_ARGUMENT, 400, message);
  if (error instanceof OtlpTooLargeError) return failure('too_large', status.RESOURCE_EXHAUSTED, 413, message);
  if (error instanceof OverloadedError) {
    return failure('overloaded', status.UNAVAILABLE, 503, message, RETRY_AFTER_SECONDS);
  }
  if (error instanceof StoreUnavailableError) {
    return failure('store_unavailable', status.UNAVAILABLE, 503, message, RETRY_AFTER_SECONDS);
  }
  if (error instanceof NotAdmittedError) {
    const [grpcCode, httpStatus] = NOT_ADMITTED[error.reason];
    return failure(error.reason, grpcCode, httpStatus, message, error.retryAfterSeconds);
  }
  return failure('internal', status.INTERNAL, 500, 'The collector failed to process the request.');
}

/**
 * The encoded response to an export that was taken, with what of it was not. Fields of all three signals' responses have the
 * same numbers: partial_success = 1 { rejected = 1, error_message = 2 }.
 * Source: opentelemetry/proto/collector/trace/v1/trace_service.proto and its siblings
 */
export function encodeExportResponse({ rejected }: Accepted, signal: Signal): Uint8Array {
  const { count, message } = partialSuccess(rejected, signal);
  if (count === 0) return new Uint8Array();
  const text = Buffer.from(message, 'utf8');
  const partial = Buffer.concat([bytes(0x08), varint(count), bytes(0x12), varint(text.length), text]);
  return Buffer.concat([bytes(0x0a), varint(partial.length), partial]);
}

const REJECTED_NAME = {
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
} satisfies Record<Signal, string>;

/** The same response in OTLP/JSON. */
export function jsonExportResponse({ rejected }: Accepted, signal: Signal): string {
  const { count, message } = partialSuccess(rejected, signal);
  if (count === 0) return '{}';
  return JSON.stringify({ partialSuccess: { [REJECTED_NAME[signal]]: String(count), errorMessage: message } });
}

/** An encoded google.rpc.Status: code = 1, message = 2, details = 3 (one RetryInfo when the failure may pass). */
export function encodeStatus({ grpcCode, message, retryAfterSeconds }: ExportFailure): Buffer {
  const text = Buffer.from(message, 'utf8');
  const head = Buffer.concat([bytes(0x08), varint(grpcCode), bytes(0x12), varint(text.length), text]);
  if (retryAfterSeconds === undefined) return head;
  const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo', 'utf8');
  const delay = Buffer.concat([bytes(0x08), varint(retryAfterSeconds)]);
  const retryInfo = Buffer.concat([bytes(0x0a), varint(delay.length), delay]);
  const any = Buffer.concat([bytes(0x0a), varint(type.length), type, bytes(0x12), varint(retryInfo.length), retryInfo]);
  return Buffer.concat([head, bytes(0x1a), varint(any.length), any]);
}

/** Duplicates were stored already, so the sender lost nothing; everything else it should hear of. */
function partialSuccess(rejected: Accepted['rejected'], signal: Signal): { count: number; message: string } {
  const told = [...rejected].filter(([reason]) => reason !== 'duplicate' && reason !== 'duplicate_request');
  const count = told.reduce((sum, [, n]) => sum + n, 0);
  const reasons = told.map(([reason, n]) => `${n} ${reason}`).join(', ');
  return { count, message: count === 0 ? '' : `Not all ${signal} were taken: ${reasons}.` };
}

function failure(
  reason: string,
  grpcCode: status,
  httpStatus: number,
  message: string,
  retryAfterSeconds?: number,
): ExportFailure {
  return { reason, grpcCode, httpStatus, message, retryAfterSeconds };
}

function bytes(...values: number[]): Buffer {
  return Buffer.from(values);
}

function varint(value: number): Buffer {
  const encoded: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) encoded.push((rest % 128) + 128);
  encoded.push(rest);
  return Buffer.from(encoded);
}
