import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { OverloadedError } from '../ingest.js';
import { OtlpDecodeError, OtlpTooLargeError } from '../otlp/wireReader.js';
import { StoreUnavailableError } from '../store/store.js';
import { encodeExportResponse, encodeStatus, failureOf, jsonExportResponse } from './exportStatus.js';

import otlp = opentelemetry.proto;

describe('errors as statuses', () => {
  it.each<[Error, string, status, number, boolean]>([
    [new OtlpDecodeError('x'), 'malformed', status.INVALID_ARGUMENT, 400, false],
    [new OtlpTooLargeError('x'), 'too_large', status.RESOURCE_EXHAUSTED, 413, false],
    [new StoreUnavailableError('x'), 'store_unavailable', status.UNAVAILABLE, 503, true],
    [new OverloadedError('x'), 'overloaded', status.UNAVAILABLE, 503, true],
    [new TypeError('secret'), 'internal', status.INTERNAL, 500, false],
  ])('%s', (error, reason, grpcCode, httpStatus, mayRetry) => {
    const failure = failureOf(error);
    expect(failure).toMatchObject({ reason, grpcCode, httpStatus });
    expect(failure.message).not.toContain('secret');
    expect(failure.retryAfterSeconds !== undefined).toBe(mayRetry);
    expect(encodeStatus(failure).includes('google.rpc.RetryInfo')).toBe(mayRetry);
  });

  it('a status that may pass says when to try again', () => {
    const bytes = encodeStatus(failureOf(new OverloadedError('x')));
    const retryInfo = Buffer.from([0x12, 4, 0x0a, 2, 0x08, 5]);
    expect(bytes.subarray(-retryInfo.length)).toEqual(retryInfo);
    expect(bytes.subarray(0, 5)).toEqual(Buffer.from([0x08, status.UNAVAILABLE, 0x12, 1, 0x78]));
  });
});

describe('the response to what was taken in part', () => {
  const accepted = {
    points: 1,
    spans: 0,
    events: 0,
    rejected: new Map([
      ['timestamp', 300],
      ['over_limit', 2],
      ['duplicate', 7],
    ] as const),
  };

  it('names the items that were lost, not those that were there before', () => {
    const bytes = encodeExportResponse(accepted, 'metrics');
    const { partialSuccess } = otlp.collector.metrics.v1.ExportMetricsServiceResponse.decode(bytes);
    expect(partialSuccess).toMatchObject({
      rejectedDataPoints: 302,
      errorMessage: 'Not all metrics were taken: 300 timestamp, 2 over_limit.',
    });
    expect(JSON.parse(jsonExportResponse(accepted, 'traces'))).toMatchObject({
      partialSuccess: { rejectedSpans: '302' },
    });
  });

  it('is empty when nothing was lost', () => {
    const whole = { ...accepted, rejected: new Map([['duplicate_request', 1]] as const) };
    expect(encodeExportResponse(whole, 'logs')).toHaveLength(0);
    expect(jsonExportResponse(whole, 'logs')).toBe('{}');
  });
});
