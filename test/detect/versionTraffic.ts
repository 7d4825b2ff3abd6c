import { histogramOf } from '@hindcast/core/histogram';
import { normalFrom } from '@hindcast/core/statistics/simulation';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import * as semconv from '@hindcast/proto/semconv';
import {
  attributes,
  codeAttributes,
  field,
  resource,
  type TestFunction,
  type TestService,
} from '../integration/collectorClient.js';

import otlp = opentelemetry.proto;

const DELTA = otlp.metrics.v1.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
export const PATH = 'src/shop.ts';
export const ENTRY = { [semconv.ENTRY_KIND]: 'http', [semconv.ENTRY_NAME]: 'POST /pay' };
const DB = { [semconv.DEPENDENCY_KIND]: 'db', [semconv.DEPENDENCY_TARGET]: 'postgresql orders' };

/** What a version of the shop does: `pay` calls `order`, which calls `price` twice; `price` asks the database once. */
export interface Behaviour {
  readonly callsPerMinute: number;
  /** Mean of what `price` itself takes, seconds. */
  readonly priceSeconds: number;
  readonly priceErrors: Readonly<Record<string, number>>;
  readonly queriesPerPrice: number;
  /** Whether `order` keeps the errors of `price` to itself. */
  readonly isSilent?: boolean;
}

export const usual: Behaviour = {
  callsPerMinute: 200,
  priceSeconds: 0.01,
  priceErrors: { Timeout: 0.01 },
  queriesPerPrice: 1,
};

const functions = {
  pay: { name: 'pay', line: 3 },
  order: { name: 'order', line: 20 },
  price: { name: 'price', line: 40 },
  greet: { name: 'greet', line: 60 },
} satisfies Record<string, TestFunction>;

/** One minute of one version, as its sensor tells it. Errors of `price` pass through its callers, unless it is silent. */
export function minuteRequest(service: TestService, startMs: number, of: Behaviour, random: () => number): Uint8Array {
  const minuteFactor = Math.exp(0.1 * normalFrom(random));
  const calls = Math.round(of.callsPerMinute * (0.9 + 0.2 * random()));
  const drawn = (n: number, seconds: number) =>
    Array.from({ length: n }, () => seconds * minuteFactor * Math.exp(0.5 * normalFrom(random)));
  const price = drawn(2 * calls, of.priceSeconds);
  const order = drawn(calls, 0.002).map((own, i) => own + (price[2 * i] ?? 0) + (price[2 * i + 1] ?? 0));
  const pay = drawn(calls, 0.001).map((own, i) => own + (order[i] ?? 0));
  const errors = Object.entries(of.priceErrors).map(
    ([type, rate]) => [type, price.filter(() => random() < rate).length] as const,
  );
  const times = { startTimeUnixNano: startMs * 1e6, timeUnixNano: (startMs + 59_000) * 1e6 };
  const sums = (name: string, points: readonly (readonly [Record<string, string | number>, number])[]) => ({
    name,
    sum: {
      dataPoints: points
        .filter(([, n]) => n > 0)
        .map(([values, asInt]) => ({ ...times, attributes: attributes(values), asInt })),
      aggregationTemporality: DELTA,
      isMonotonic: true,
    },
  });
  const code = (fn: TestFunction) => codeAttributes(PATH, fn);
  const timed = [
    [functions.pay, pay],
    [functions.order, order],
    [functions.price, price],
    [functions.greet, drawn(calls, 0.005)],
  ] as const;
  const caller = (fn: TestFunction) => ({
    [semconv.CALLER_SERVICE_NAME]: service.name,
    [semconv.CALLER_FUNCTION_NAME]: fn.name,
    [semconv.CALLER_FILE_PATH]: PATH,
    [semconv.CALLER_LINE_NUMBER]: fn.line,
    [semconv.CALLER_COLUMN_NUMBER]: 1,
  });
  const edges = [
    [{ ...code(functions.order), ...caller(functions.pay) }, calls],
    [{ ...code(functions.price), ...caller(functions.order) }, 2 * calls],
  ] as const;
  return otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode({
    resourceMetrics: [
      {
        resource: resource(service),
        scopeMetrics: [
          {
            metrics: [
              sums(
                semconv.METRIC_FUNCTION_CALLS,
                timed.map(([fn, all]) => [code(fn), all.length]),
              ),
              sums(
                semconv.METRIC_FUNCTION_ERRORS,
                (of.isSilent ? [functions.price] : [functions.pay, functions.order, functions.price]).flatMap((fn) =>
                  errors.map(
                    ([type, n]) =>
                      [
                        {
                          ...code(fn),
                          [semconv.ERROR_TYPE]: type,
                          [semconv.ERROR_ORIGIN]: fn === functions.price ? 'thrown' : 'passed',
                        },
                        n,
                      ] as const,
                  ),
                ),
              ),
              durations(
                semconv.METRIC_FUNCTION_DURATION,
                times,
                timed.map(([fn, all]) => [code(fn), all]),
              ),
              sums(semconv.METRIC_EDGE_CALLS, edges),
              sums(semconv.METRIC_EDGE_SAMPLES, edges),
              sums(semconv.METRIC_ENTRY_CALLS, [[{ ...ENTRY, ...code(functions.pay) }, calls]]),
              durations(semconv.METRIC_ENTRY_DURATION, times, [[{ ...ENTRY, ...code(functions.pay) }, pay]]),
              sums(
                semconv.METRIC_FUNCTION_ENTRIES,
                timed.map(([fn, all]) => [{ ...code(fn), ...ENTRY }, all.length]),
              ),
              sums(semconv.METRIC_DEPENDENCY_CALLS, [
                [{ ...code(functions.price), ...DB }, Math.round(2 * calls * of.queriesPerPrice)],
              ]),
            ],
          },
        ],
      },
    ],
  }).finish();
}

/** Declares the shop's file; every function has the body of its name, but those that changed. */
export function declaration(service: TestService, changed: readonly string[]): Uint8Array {
  const record = otlp.logs.v1.LogRecord.encode({
    attributes: attributes({ [semconv.CODE_FILE_PATH]: PATH, [semconv.CODE_FILE_HASH]: 'c'.repeat(40) }),
    body: {
      arrayValue: {
        values: Object.values(functions).map(({ name, line }) => ({
          kvlistValue: {
            values: attributes({
              name,
              line,
              column: 1,
              endLine: line + 9,
              hash: changed.includes(name) ? 'f'.repeat(16) : '0'.repeat(16),
            }),
          },
        })),
      },
    },
  }).finish();
  const named = Buffer.concat([record, field(12, Buffer.from(semconv.EVENT_FILE_LOADED))]);
  const resourceBytes = otlp.resource.v1.Resource.encode(resource(service)).finish();
  return field(1, Buffer.concat([field(1, resourceBytes), field(2, field(2, named))]));
}

function durations(
  name: string,
  times: { startTimeUnixNano: number; timeUnixNano: number },
  points: readonly (readonly [Record<string, string | number>, readonly number[]])[],
) {
  return {
    name,
    exponentialHistogram: {
      aggregationTemporality: DELTA,
      dataPoints: points.map(([values, seconds]) => {
        const { buckets, count, sumSeconds } = histogramOf(seconds);
        const offset = Math.min(...buckets.keys());
        const bucketCounts = Array.from(
          { length: Math.max(...buckets.keys()) - offset + 1 },
          (_, i) => buckets.get(offset + i) ?? 0,
        );
        return {
          ...times,
          attributes: attributes(values),
          scale: 4,
          count,
          sum: sumSeconds,
          positive: { offset, bucketCounts },
        };
      }),
    },
  };
}
