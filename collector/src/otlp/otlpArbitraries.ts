import fc from 'fast-check';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';

import otlp = opentelemetry.proto;

// Random OTLP requests as the generated encoder takes them, for property tests.

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const nanos = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const count = fc.integer({ min: 0, max: 1_000_000 });
const key = fc.oneof(fc.constantFrom('code.function.name', 'error.type', 'service.name'), fc.string({ minLength: 1 }));
const text = fc.string({ unit: 'grapheme' });

const { anyValue } = fc.letrec<{ anyValue: otlp.common.v1.AnyValue.$Properties }>((tie) => ({
  anyValue: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.maxSafeInteger() }),
    fc.record({ doubleValue: fc.double() }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('anyValue'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: fc.string({ minLength: 1 }), value: tie('anyValue') }), { maxLength: 3 }),
      }),
    }),
  ),
}));

const attributes = fc.array(fc.record({ key, value: anyValue }), { maxLength: 5 });
const resource = fc.record({ attributes });
const id = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

const span = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.oneof(fc.constant(new Uint8Array()), id(8)),
  traceState: fc.string(),
  name: text,
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(fc.record({ timeUnixNano: nanos, name: text, attributes }), { maxLength: 2 }),
  links: fc.array(fc.record({ traceId: id(16), spanId: id(8), attributes }), { maxLength: 2 }),
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
  flags: uint32,
});

export const traceRequest: fc.Arbitrary<otlp.collector.trace.v1.ExportTraceServiceRequest.$Properties> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource,
      scopeSpans: fc.array(fc.record({ scope: fc.record({ name: text }), spans: fc.array(span, { maxLength: 4 }) }), {
        maxLength: 2,
      }),
      schemaUrl: fc.string(),
    }),
    { maxLength: 3 },
  ),
});

const times = { startTimeUnixNano: nanos, timeUnixNano: nanos, attributes, flags: fc.constantFrom(0, 1) };
const temporality = fc.integer({ min: 0, max: 2 });
const buckets = fc.record({
  offset: fc.integer({ min: -2000, max: 2000 }),
  bucketCounts: fc.array(count, { maxLength: 20 }),
});

const sumData = fc.record({
  dataPoints: fc.array(
    fc.oneof(fc.record({ ...times, asInt: fc.maxSafeInteger() }), fc.record({ ...times, asDouble: fc.double() })),
    { maxLength: 3 },
  ),
  aggregationTemporality: temporality,
  isMonotonic: fc.boolean(),
});
const histogramData = fc.record({
  dataPoints: fc.array(
    fc.record({
      ...times,
      count,
      sum: fc.double(),
      bucketCounts: fc.array(count, { maxLength: 6 }),
      explicitBounds: fc.array(fc.double(), { maxLength: 5 }),
      min: fc.double(),
    }),
    { maxLength: 3 },
  ),
  aggregationTemporality: temporality,
});
const exponentialData = fc.record({
  dataPoints: fc.array(
    fc.record({
      ...times,
      count,
      sum: fc.double(),
      scale: fc.integer({ min: -10, max: 20 }),
      zeroCount: count,
      positive: buckets,
      negative: buckets,
      zeroThreshold: fc.double(),
    }),
    { maxLength: 3 },
  ),
  aggregationTemporality: temporality,
});
const head = { name: text, description: fc.string(), unit: fc.string() };

export const metricsRequest: fc.Arbitrary<otlp.collector.metrics.v1.ExportMetricsServiceRequest.$Properties> =
  fc.record({
    resourceMetrics: fc.array(
      fc.record({
        resource,
        scopeMetrics: fc.array(
          fc.record({
            metrics: fc.array(
              fc.oneof(
                fc.record({ ...head, sum: sumData }),
                fc.record({
                  ...head,
                  gauge: fc.record({ dataPoints: fc.array(fc.record({ ...times, asDouble: fc.double() })) }),
                }),
                fc.record({ ...head, histogram: histogramData }),
                fc.record({ ...head, exponentialHistogram: exponentialData }),
              ),
              { maxLength: 3 },
            ),
          }),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 2 },
    ),
  });

export const logsRequest: fc.Arbitrary<otlp.collector.logs.v1.ExportLogsServiceRequest.$Properties> = fc.record({
  resourceLogs: fc.array(
    fc.record({
      resource,
      scopeLogs: fc.array(
        fc.record({
          logRecords: fc.array(
            fc.record({
              timeUnixNano: nanos,
              traceId: fc.uint8Array({ maxLength: 16 }),
              severityNumber: fc.integer({ min: 0, max: 24 }),
              body: anyValue,
              attributes,
              flags: uint32,
            }),
            { maxLength: 4 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
});
