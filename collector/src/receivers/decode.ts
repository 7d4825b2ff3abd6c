import type { Decoded } from '../ingest.js';
import { parseLogs, parseMetrics, parseTraces } from '../otlp/json.js';
import { decodeLogs } from '../otlp/logs.js';
import { decodeMetrics } from '../otlp/metrics.js';
import { wantedAttributes } from '../processors/normaliseNames.js';
import { decodeSpans, readSpans } from '../processors/readSpans.js';
import { isSensorMetric } from '../processors/sensorMetrics.js';

export type Signal = Decoded['signal'];

/** @throws OtlpDecodeError, OtlpTooLargeError */
export function decodeProtobuf(signal: Signal, body: Buffer): Decoded {
  switch (signal) {
    case 'metrics':
      return { signal, groups: decodeMetrics(body, isSensorMetric, wantedAttributes) };
    case 'traces':
      return { signal, spans: decodeSpans(body) };
    case 'logs':
      return { signal, groups: decodeLogs(body) };
  }
}

/** @throws OtlpDecodeError */
export function decodeJson(signal: Signal, body: Buffer): Decoded {
  const text = body.toString('utf8');
  switch (signal) {
    case 'metrics':
      return { signal, groups: parseMetrics(text) };
    case 'traces':
      return { signal, spans: readSpans(parseTraces(text)) };
    case 'logs':
      return { signal, groups: parseLogs(text) };
  }
}
