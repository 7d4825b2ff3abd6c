import { describe, expect, it } from 'vitest';
import * as semconv from '@hindcast/proto/semconv';
import { emptyPoint, type AttributeValue, type OtlpMetric, type OtlpPoint } from '../otlp/model.js';
import type { Rejections } from './limits.js';
import { reportsOfMetrics } from './sensorMetrics.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12);
const NOW = NOW_MS / 60_000;

function nanos(ms: number): [high: number, low: number] {
  const value = BigInt(Math.round(ms)) * 1_000_000n;
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}

function point(
  more: Partial<OtlpPoint>,
  attributes: Record<string, AttributeValue> = {},
  startMs = NOW_MS - 10_000,
  endMs = NOW_MS,
): OtlpPoint {
  const [startHigh, startLow] = nanos(startMs);
  const [timeHigh, timeLow] = nanos(endMs);
  const all = {
    [semconv.CODE_FUNCTION_NAME]: 'f',
    [semconv.CODE_FILE_PATH]: 'src/a.ts',
    [semconv.CODE_LINE_NUMBER]: 3,
    ...attributes,
  };
  return { ...emptyPoint(), startHigh, startLow, timeHigh, timeLow, attributes: new Map(Object.entries(all)), ...more };
}

function metric(name: string, points: OtlpPoint[], more: Partial<OtlpMetric> = {}): OtlpMetric {
  return { name, kind: 'sum', temporality: 1, monotonic: true, points, ...more };
}

function process(
  metrics: OtlpMetric[],
  resource: Record<string, AttributeValue> = { 'service.name': 's', 'service.instance.id': 'i' },
) {
  const rejections: Rejections = new Map();
  const result = reportsOfMetrics([{ resource: new Map(Object.entries(resource)), metrics }], NOW_MS, rejections);
  return { ...result, rejections: Object.fromEntries(rejections) };
}

const CALLS = semconv.METRIC_FUNCTION_CALLS;
const fn = { path: 'src/a.ts', name: 'f', line: 3, column: 0 };

describe('the metrics of the sensor', () => {
  it('become one report for each instance and time, with its interval', () => {
    const { reports, acceptedPoints } = process([
      metric(CALLS, [point({ value: 7 })]),
      metric(semconv.METRIC_FUNCTION_ERRORS, [
        point({ value: 2 }, { 'error.type': 'Boom', 'hindcast.error.origin': 'passed' }),
      ]),
      metric(semconv.METRIC_EDGE_CALLS, [
        point({ value: 5 }, { 'hindcast.caller.function.name': 'g', 'hindcast.caller.file.path': 'b.ts' }),
        point({ value: 2 }),
      ]),
      metric(semconv.METRIC_EDGE_SAMPLES, [
        point({ value: 1 }, { 'hindcast.caller.function.name': 'g', 'hindcast.caller.file.path': 'b.ts' }),
      ]),
      metric(semconv.METRIC_SENSOR_DROPS, [point({ value: 4 }, { 'hindcast.drop.reason': 'edge_limit' })]),
      metric(CALLS, [point({ value: 1 }, {}, NOW_MS, NOW_MS + 1000)]),
    ]);
    expect(acceptedPoints).toBe(7);
    expect(reports).toHaveLength(2);
    const minute = NOW - 1;
    expect(reports[0]).toMatchObject({
      deployment: { service: 's', source: 'sensor' },
      instanceId: 'i',
      onceKey: `${NOW_MS}000000`,
      covered: [{ startMs: NOW_MS - 10_000, endMs: NOW_MS }],
      functions: [{ minute, fn, calls: 7 }],
      errors: [{ minute, fn, type: 'Boom', origin: 'passed', count: 2 }],
      edges: [
        {
          minute,
          callee: fn,
          caller: { service: 's', fn: { path: 'b.ts', name: 'g', line: 0, column: 0 } },
          calls: 5,
          sampledCalls: 1,
        },
        { minute, callee: fn, caller: 'entry', calls: 2, sampledCalls: 0 },
      ],
      drops: [{ minute, reason: 'edge_limit', count: 4 }],
    });
    expect(reports[1]).toMatchObject({ onceKey: `${NOW_MS + 1000}000000`, functions: [{ minute: NOW, calls: 1 }] });
  });

  it('are spread over the minutes they cover, in whole numbers that add up', () => {
    const start = NOW_MS - 150_000;
    const { reports } = process([
      metric(CALLS, [point({ value: 11 }, {}, start, NOW_MS - 15_000)]),
      metric(
        semconv.METRIC_FUNCTION_DURATION,
        [
          point(
            { scale: 4, count: 11, sum: 5.5, zeroCount: 1, positive: { offset: -17, counts: [0, 10] } },
            {},
            start,
            NOW_MS - 15_000,
          ),
        ],
        { kind: 'exponentialHistogram' },
      ),
    ]);
    const rows = reports[0]?.functions ?? [];
    expect(rows.map((row) => [row.minute - NOW, row.calls])).toEqual([
      [-3, 2],
      [-2, 5],
      [-1, 4],
    ]);
    expect(rows.reduce((sum, row) => sum + row.durations.count, 0)).toBe(11);
    expect(rows.reduce((sum, row) => sum + (row.durations.buckets.get(-16) ?? 0), 0)).toBe(10);
    expect(rows.reduce((sum, row) => sum + row.durations.sumSeconds, 0)).toBeCloseTo(5.5);
  });

  it('cover a day in a bounded number of rows', () => {
    const { reports } = process([metric(CALLS, [point({ value: 100_000 }, {}, NOW_MS - 86_400_000)])]);
    const rows = reports[0]?.functions ?? [];
    expect(rows.length).toBeLessThanOrEqual(120);
    expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(100_000);
  });

  it('say nothing of duplicates without an instance', () => {
    expect(
      process([metric(CALLS, [point({ value: 1 })])], { 'service.name': 's' }).reports[0]?.onceKey,
    ).toBeUndefined();
  });

  it.each<[string, OtlpMetric, Record<string, number>]>([
    ['more than a day ahead', metric(CALLS, [point({ value: 1 }, {}, NOW_MS, NOW_MS + 90_000_000)]), { timestamp: 1 }],
    [
      'more than 30 days old',
      metric(CALLS, [point({ value: 1 }, {}, NOW_MS - 31 * 86_400_000, NOW_MS - 31 * 86_400_000 + 1)]),
      { timestamp: 1 },
    ],
    ['over more than a week', metric(CALLS, [point({ value: 1 }, {}, NOW_MS - 8 * 86_400_000)]), { timestamp: 1 }],
    ['backwards', metric(CALLS, [point({ value: 1 }, {}, NOW_MS, NOW_MS - 1)]), { timestamp: 1 }],
    ['NaN', metric(CALLS, [point({ value: NaN })]), { count: 1 }],
    ['negative', metric(CALLS, [point({ value: -1 })]), { count: 1 }],
    ['cumulative', metric(CALLS, [point({ value: 1 })], { temporality: 2 }), { temporality: 1 }],
    ['without a function', metric(CALLS, [point({ value: 1 }, { [semconv.CODE_FUNCTION_NAME]: '' })]), { no_name: 1 }],
    [
      'with negative durations',
      metric(semconv.METRIC_FUNCTION_DURATION, [point({ scale: 4, negative: { offset: 0, counts: [1] } })], {
        kind: 'exponentialHistogram',
      }),
      { histogram: 1 },
    ],
  ])('points %s are rejected and counted, and their neighbours kept', (_case, bad, expected) => {
    const { rejections, acceptedPoints } = process([bad, metric(CALLS, [point({ value: 1 })])]);
    expect(rejections).toEqual(expected);
    expect(acceptedPoints).toBe(1);
  });

  it('are told from the metrics of others, whatever their names', () => {
    const { reports, acceptedPoints, rejections } = process([
      metric('http.server.duration', [point({})]),
      metric('constructor', [point({})]),
    ]);
    expect([reports, acceptedPoints, rejections]).toEqual([[], 0, {}]);
  });

  it('tell entry points and dependencies, with the function where it is known', () => {
    const entry = { [semconv.ENTRY_KIND]: 'http', [semconv.ENTRY_NAME]: 'POST /checkout' };
    const db = { [semconv.DEPENDENCY_KIND]: 'db', [semconv.DEPENDENCY_TARGET]: 'sqlite' };
    const noCode = { [semconv.CODE_FUNCTION_NAME]: '' };
    const buckets = { scale: 4, count: 2, sum: 0.5, positive: { offset: -40, counts: [2] } };
    const { reports, rejections } = process([
      metric(semconv.METRIC_ENTRY_CALLS, [point({ value: 7 }, entry), point({ value: 1 }, { ...entry, ...noCode })]),
      metric(semconv.METRIC_ENTRY_ERRORS, [point({ value: 2 }, { ...entry, 'error.type': '503' })]),
      metric(semconv.METRIC_ENTRY_DURATION, [point(buckets, entry)], { kind: 'exponentialHistogram' }),
      metric(semconv.METRIC_FUNCTION_ENTRIES, [point({ value: 5 }, entry), point({ value: 3 })]),
      metric(semconv.METRIC_DEPENDENCY_CALLS, [point({ value: 9 }, db), point({ value: 4 }, { ...db, ...noCode })]),
      metric(semconv.METRIC_DEPENDENCY_ERRORS, [point({ value: 1 }, { ...db, 'error.type': 'Locked' })]),
      metric(semconv.METRIC_DEPENDENCY_DURATION, [point(buckets, db)], { kind: 'exponentialHistogram' }),
      metric(semconv.METRIC_ENTRY_CALLS, [point({ value: 7 })]),
      metric(semconv.METRIC_DEPENDENCY_CALLS, [point({ value: 9 }, { [semconv.DEPENDENCY_KIND]: 'db' })]),
    ]);
    const minute = NOW - 1;
    const entryPoint = { kind: 'http', name: 'POST /checkout' };
    const dependency = { kind: 'db', target: 'sqlite' };
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      entries: [
        { minute, entryPoint, fn, calls: 7, durations: { count: 2, sumSeconds: 0.5 } },
        { minute, entryPoint, fn: undefined, calls: 1, durations: { count: 0 } },
      ],
      entryErrors: [{ minute, entryPoint, fn, type: '503', count: 2 }],
      functionEntries: [
        { minute, fn, entryPoint, calls: 5 },
        { minute, fn, entryPoint: undefined, calls: 3 },
      ],
      dependencies: [
        { minute, fn, dependency, calls: 9, durations: { count: 2 } },
        { minute, fn: undefined, dependency, calls: 4, durations: { count: 0 } },
      ],
      dependencyErrors: [{ minute, fn, dependency, type: 'Locked', count: 1 }],
    });
    expect(rejections).toEqual({ no_name: 2 });
  });

  it('tell callers of other services', () => {
    const caller = { 'hindcast.caller.function.name': 'g', 'hindcast.caller.file.path': '*b.ts' };
    const { reports } = process([
      metric(semconv.METRIC_EDGE_CALLS, [
        point({ value: 5 }, { ...caller, [semconv.CALLER_SERVICE_NAME]: 'web' }),
        point({ value: 1 }, caller),
      ]),
    ]);
    expect(reports[0]?.edges.map((it) => it.caller)).toMatchObject([
      { service: 'web', fn: { path: '*b.ts' } },
      { service: 's', fn: { path: '*b.ts' } },
    ]);
  });
});
