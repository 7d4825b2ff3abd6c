import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { wantAll } from './attributes.js';
import { collectSpans } from './collectedSpans.js';
import { decodeLogs } from './logs.js';
import { decodeMetrics } from './metrics.js';
import type { AttributeMap, AttributeValue, OtlpPoint } from './model.js';
import { logsRequest, metricsRequest, traceRequest } from './otlpArbitraries.js';
import { OtlpDecodeError, OtlpTooLargeError } from './wireReader.js';

import otlp = opentelemetry.proto;

type KeyValues = readonly otlp.common.v1.KeyValue.$Properties[] | null | undefined;
type Numberish = number | { toNumber(): number } | null | undefined;

// The other side: what protobufjs reads from the same bytes, in the form of our model.

const number = (value: Numberish): number =>
  typeof value === 'object' && value !== null ? value.toNumber() : (value ?? 0);

function anyValue(value: otlp.common.v1.AnyValue.$Properties | null | undefined): AttributeValue | undefined {
  if (!value) return undefined;
  if (value.arrayValue) {
    return (value.arrayValue.values ?? []).map(anyValue).filter((item) => item !== undefined);
  }
  if (value.kvlistValue) return attributes(value.kvlistValue.values);
  if (value.stringValue != null) return value.stringValue;
  if (value.boolValue != null) return value.boolValue;
  if (value.intValue != null) return number(value.intValue);
  return value.doubleValue ?? undefined;
}

function attributes(pairs: KeyValues): AttributeMap {
  const map = new Map<string, AttributeValue>();
  for (const pair of pairs ?? []) {
    const value = anyValue(pair.value);
    if (value !== undefined) map.set(pair.key ?? '', value);
  }
  return map;
}

const nanos = (high: number, low: number): number => high * 2 ** 32 + low;
const hex = (bytes: Uint8Array | null | undefined, length: number): string =>
  Buffer.from(bytes?.length ? bytes : new Uint8Array(length)).toString('hex');

const point = (it: OtlpPoint) => ({
  attributes: it.attributes,
  start: nanos(it.startHigh, it.startLow),
  time: nanos(it.timeHigh, it.timeLow),
  flags: it.flags,
});

describe('the decoder reads what the generated one reads', () => {
  it('from traces', () => {
    fc.assert(
      fc.property(traceRequest, (request) => {
        const bytes = Buffer.from(otlp.collector.trace.v1.ExportTraceServiceRequest.encode(request).finish());
        const expected = otlp.collector.trace.v1.ExportTraceServiceRequest.decode(bytes).resourceSpans.map((group) => ({
          resource: attributes(group.resource?.attributes),
          spans: (group.scopeSpans ?? []).flatMap((scope) =>
            (scope.spans ?? []).map((span) => ({
              ids: [hex(span.traceId, 16), hex(span.spanId, 8), hex(span.parentSpanId, 8)],
              name: span.name,
              kind: span.kind,
              start: number(span.startTimeUnixNano),
              end: number(span.endTimeUnixNano),
              status: span.status?.code ?? 0,
              attributes: attributes(span.attributes),
              events: (span.events ?? []).map((event) => ({
                name: event.name,
                attributes: attributes(event.attributes),
              })),
            })),
          ),
        }));
        expect(collectSpans(bytes)).toEqual(expected);
      }),
    );
  });

  it('from metrics', () => {
    fc.assert(
      fc.property(metricsRequest, (request) => {
        const bytes = Buffer.from(otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode(request).finish());
        const head = (it: otlp.metrics.v1.HistogramDataPoint.$Properties) => ({
          attributes: attributes(it.attributes),
          start: number(it.startTimeUnixNano),
          time: number(it.timeUnixNano),
          flags: it.flags ?? 0,
        });
        const message = otlp.collector.metrics.v1.ExportMetricsServiceRequest.decode(bytes);
        const expected = message.resourceMetrics.flatMap((group) =>
          (group.scopeMetrics ?? []).flatMap((scope) =>
            (scope.metrics ?? []).map(({ name, sum, histogram, exponentialHistogram }) => ({
              name,
              temporality: (sum ?? histogram ?? exponentialHistogram)?.aggregationTemporality ?? 0,
              monotonic: sum?.isMonotonic ?? false,
              points: [
                ...(sum?.dataPoints ?? []).map((it) => ({ ...head(it), value: it.asDouble ?? number(it.asInt) })),
                ...(histogram?.dataPoints ?? []).map((it) => ({
                  ...head(it),
                  count: number(it.count),
                  sum: it.sum ?? 0,
                  bounds: it.explicitBounds ?? [],
                  counts: (it.bucketCounts ?? []).map(number),
                })),
                ...(exponentialHistogram?.dataPoints ?? []).map((it) => ({
                  ...head(it),
                  count: number(it.count),
                  sum: it.sum ?? 0,
                  scale: it.scale,
                  zeroCount: number(it.zeroCount),
                  buckets: [it.positive, it.negative].map((side) => [
                    side?.offset ?? 0,
                    (side?.bucketCounts ?? []).map(number),
                  ]),
                })),
              ],
            })),
          ),
        );
        const decoded = decodeMetrics(bytes, () => true, wantAll).flatMap((group) =>
          group.metrics.map(({ name, kind, temporality, monotonic, points }) => ({
            name,
            temporality,
            monotonic,
            points: points.map((it) => ({
              ...point(it),
              ...(kind === 'sum' && { value: it.value }),
              ...(kind === 'histogram' && {
                count: it.count,
                sum: it.sum,
                bounds: it.explicitBounds,
                counts: it.bucketCounts,
              }),
              ...(kind === 'exponentialHistogram' && {
                count: it.count,
                sum: it.sum,
                scale: it.scale,
                zeroCount: it.zeroCount,
                buckets: [it.positive, it.negative].map(({ offset, counts }) => [offset, counts]),
              }),
            })),
          })),
        );
        expect(decoded).toEqual(expected);
      }),
    );
  });

  it('from logs', () => {
    fc.assert(
      fc.property(logsRequest, (request) => {
        const bytes = Buffer.from(otlp.collector.logs.v1.ExportLogsServiceRequest.encode(request).finish());
        const expected = otlp.collector.logs.v1.ExportLogsServiceRequest.decode(bytes).resourceLogs.flatMap((group) =>
          (group.scopeLogs ?? []).flatMap((scope) =>
            (scope.logRecords ?? []).map((it) => ({
              body: anyValue(it.body),
              attributes: attributes(it.attributes),
              time: number(it.timeUnixNano),
              traceId: Buffer.from(it.traceId ?? []).toString('hex'),
            })),
          ),
        );
        const decoded = decodeLogs(bytes).flatMap(({ records }) =>
          records.map((it) => ({
            body: it.body,
            attributes: it.attributes,
            time: nanos(it.timeHigh, it.timeLow),
            traceId: it.traceId,
          })),
        );
        expect(decoded).toEqual(expected);
      }),
    );
  });
});

describe('hostile bytes', () => {
  const decoders: Record<string, (bytes: Buffer) => unknown> = {
    traces: (bytes) => collectSpans(bytes),
    metrics: (bytes) => decodeMetrics(bytes, () => true, wantAll),
    logs: decodeLogs,
  };
  /** True when it was read, false when it was refused as it should be; anything else is thrown on. */
  const survives = (bytes: Buffer): boolean => {
    let all = true;
    for (const decode of Object.values(decoders)) {
      try {
        decode(bytes);
      } catch (error) {
        if (!(error instanceof OtlpDecodeError)) throw error;
        all = false;
      }
    }
    return all;
  };

  it('are read or refused with a typed error, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        survives(Buffer.from(bytes));
      }),
      { numRuns: 3000 },
    );
    const mutation = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(traceRequest, metricsRequest, mutation, fc.nat(), (traces, metrics, changes, cut) => {
        for (const bytes of [
          Buffer.from(otlp.collector.trace.v1.ExportTraceServiceRequest.encode(traces).finish()),
          Buffer.from(otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode(metrics).finish()),
        ]) {
          if (bytes.length === 0) continue;
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          survives(bytes);
          survives(bytes.subarray(0, cut % bytes.length));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, number[]]>([
    ['a length past the end', [0x0a, 0x05, 0x00]],
    ['a group', [0x0b]],
    ['field number 0', [0x02, 0x00]],
    ['a wrong wire type in a field that is known', [0x08, 0x01]],
    ['a number that is cut off', [0x10, 0x80]],
    ['a number of eleven bytes', [0x10, ...new Array<number>(10).fill(0xff), 0x01]],
    ['a fixed value past the end', [0x11, 0x00]],
    ['a length of more than 32 bits', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])('%s is refused', (_case, bytes) => {
    for (const decode of Object.values(decoders)) expect(() => decode(Buffer.from(bytes))).toThrow(OtlpDecodeError);
  });

  it('unknown fields of every wire type are stepped over', () => {
    const unknown = [
      0xf8, 0x7f, 0x01, 0xf9, 0x7f, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x7f, 0x01, 0x00, 0xfd, 0x7f, 1, 2, 3, 4,
    ];
    for (const decode of Object.values(decoders)) expect(decode(Buffer.from(unknown))).toEqual([]);
  });

  it('values nested without end are refused', () => {
    let value: otlp.common.v1.AnyValue.$Properties = { stringValue: 'x' };
    for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
    const bytes = otlp.collector.logs.v1.ExportLogsServiceRequest.encode({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: value }] }] }],
    }).finish();
    expect(() => decodeLogs(Buffer.from(bytes))).toThrow(/nested deeper/);
  });

  it('few bytes cannot become very many items', () => {
    const spans = Buffer.alloc(1_200_000);
    for (let i = 0; i < spans.length; i += 2) spans[i] = 0x12;
    const wrapped = (field: number, body: Buffer): Buffer => {
      const length: number[] = [];
      let rest = body.length;
      for (; rest >= 128; rest >>>= 7) length.push((rest & 127) | 128);
      return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), body]);
    };
    expect(() => collectSpans(wrapped(1, wrapped(2, spans)))).toThrow(OtlpTooLargeError);
  });
});
