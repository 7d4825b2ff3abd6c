import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, OtlpMetric, OtlpPoint, OtlpResourceMetrics } from '../otlp/model.js';
import { nanosText, nanosToMs } from '../otlp/model.js';
import type { DependencyKey, EntryPointKey, ErrorOrigin, FunctionKey, Interval, Report } from '../store/model.js';
import {
  callerFunction,
  callerService,
  codeFunction,
  dependencyOf,
  entryPointOf,
  textAttribute,
} from './attributeReaders.js';
import { fromExplicit, fromExponential } from './durationHistogram.js';
import {
  MAX_ERROR_TYPE_LENGTH,
  capText,
  isCount,
  isPlausibleInterval,
  reject,
  type RejectReason,
  type Rejections,
} from './limits.js';
import { normaliseNames } from './normaliseNames.js';
import { ReportBuilder, type TimedCalls } from './reportBuilder.js';
import { senderOf, type Sender } from './sender.js';
import { slotsOf, spreadCount, spreadHistogram, type Slot } from './spread.js';

const DELTA = 1;
const NO_RECORDED_VALUE = 1;

/** Whether a metric is one of the sensor's (docs/wire.md). */
export function isSensorMetric(name: string): boolean {
  return readers.has(name);
}

export interface MetricReports {
  readonly reports: Report[];
  readonly acceptedPoints: number;
}

/**
 * The sensor's metrics as reports, one for each instance and time. Counts over more than a minute are spread over the minutes in
 * whole numbers that add up. Metrics of others are left alone; points that cannot be are counted in `rejections`.
 */
export function reportsOfMetrics(
  groups: readonly OtlpResourceMetrics[],
  nowMs: number,
  rejections: Rejections,
): MetricReports {
  const builders = new Map<string, ReportBuilder>();
  let acceptedPoints = 0;
  for (const group of groups) {
    const sender = senderOf(group.resource, 'sensor');
    let interval: PointInterval | undefined;
    for (const metric of group.metrics) {
      const read = readers.get(metric.name);
      if (!read) continue;
      for (const point of metric.points) {
        if (point.flags & NO_RECORDED_VALUE) continue;
        if (!interval || !isOfInterval(point, interval)) interval = intervalOf(point, sender, builders);
        const reason = checked(metric, point, interval, nowMs) ?? read(point, interval);
        if (reason) reject(rejections, reason);
        else {
          interval.builder.cover(interval);
          acceptedPoints++;
        }
      }
    }
  }
  return { reports: [...builders.values()].map((builder) => builder.report()).filter(isSomething), acceptedPoints };
}

/** The interval of the points that are being read: they nearly always share one. */
interface PointInterval extends Interval {
  readonly of: OtlpPoint;
  readonly slots: Slot[];
  readonly builder: ReportBuilder;
}

function isOfInterval(point: OtlpPoint, { of }: PointInterval): boolean {
  return (
    point.timeLow === of.timeLow &&
    point.timeHigh === of.timeHigh &&
    point.startLow === of.startLow &&
    point.startHigh === of.startHigh
  );
}

function intervalOf(point: OtlpPoint, sender: Sender, builders: Map<string, ReportBuilder>): PointInterval {
  const endMs = nanosToMs(point.timeHigh, point.timeLow);
  const hasStart = point.startHigh !== 0 || point.startLow !== 0;
  const startMs = hasStart ? nanosToMs(point.startHigh, point.startLow) : endMs;
  const onceKey = nanosText(point.timeHigh, point.timeLow);
  const key = JSON.stringify([sender, onceKey]);
  let builder = builders.get(key);
  if (!builder) {
    builder = new ReportBuilder(sender, sender.instanceId === '' ? undefined : onceKey);
    builders.set(key, builder);
  }
  return { of: point, startMs, endMs, slots: [], builder };
}

function checked(
  metric: OtlpMetric,
  point: OtlpPoint,
  interval: PointInterval,
  nowMs: number,
): RejectReason | undefined {
  if (metric.temporality !== DELTA) return 'temporality';
  if (!isPlausibleInterval(interval.startMs, interval.endMs, nowMs)) return 'timestamp';
  if (metric.kind === 'sum' && !isCount(point.value)) return 'count';
  if (interval.slots.length === 0) interval.slots.push(...slotsOf(interval));
  return undefined;
}

type ReadPoint = (point: OtlpPoint, interval: PointInterval) => RejectReason | undefined;

/** By metric name: adds a point to its report, or says why not. */
const readers: ReadonlyMap<string, ReadPoint> = new Map<string, ReadPoint>([
  [
    semconv.METRIC_FUNCTION_CALLS,
    ofFunction((point, { slots, builder }, fn) => {
      forSlots(point.value, slots, (minute, calls) => (builder.calls(minute, fn).calls += calls));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_FUNCTION_ERRORS,
    ofFunction((point, { slots, builder }, fn, attributes) => {
      const type = errorType(attributes);
      const origin = errorOrigin(textAttribute(attributes, semconv.ERROR_ORIGIN));
      forSlots(point.value, slots, (minute, count) => builder.addErrors(minute, fn, type, origin, count));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_FUNCTION_DURATION,
    ofFunction((point, { slots, builder }, fn) => addDurations(point, slots, (minute) => builder.calls(minute, fn))),
  ],
  [semconv.METRIC_EDGE_CALLS, ofEdge((edge, calls) => (edge.calls += calls))],
  [semconv.METRIC_EDGE_SAMPLES, ofEdge((edge, samples) => (edge.sampledCalls += samples))],
  [
    semconv.METRIC_ENTRY_CALLS,
    ofEntryPoint((point, { slots, builder }, entryPoint, fn) => {
      forSlots(point.value, slots, (minute, calls) => (builder.entryCalls(minute, entryPoint, fn).calls += calls));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_ENTRY_ERRORS,
    ofEntryPoint((point, { slots, builder }, entryPoint, fn, attributes) => {
      const type = errorType(attributes);
      forSlots(point.value, slots, (minute, count) => builder.addEntryErrors(minute, entryPoint, fn, type, count));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_ENTRY_DURATION,
    ofEntryPoint((point, { slots, builder }, entryPoint, fn) =>
      addDurations(point, slots, (minute) => builder.entryCalls(minute, entryPoint, fn)),
    ),
  ],
  [
    semconv.METRIC_FUNCTION_ENTRIES,
    ofFunction((point, { slots, builder }, fn, attributes) => {
      const entryPoint = entryPointOf(attributes);
      forSlots(point.value, slots, (minute, calls) => builder.addFunctionEntries(minute, fn, entryPoint, calls));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_DEPENDENCY_CALLS,
    ofDependency((point, { slots, builder }, dependency, fn) => {
      forSlots(point.value, slots, (minute, calls) => (builder.dependencyCalls(minute, fn, dependency).calls += calls));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_DEPENDENCY_ERRORS,
    ofDependency((point, { slots, builder }, dependency, fn, attributes) => {
      const type = errorType(attributes);
      forSlots(point.value, slots, (minute, count) => builder.addDependencyErrors(minute, fn, dependency, type, count));
      return undefined;
    }),
  ],
  [
    semconv.METRIC_DEPENDENCY_DURATION,
    ofDependency((point, { slots, builder }, dependency, fn) =>
      addDurations(point, slots, (minute) => builder.dependencyCalls(minute, fn, dependency)),
    ),
  ],
  [
    semconv.METRIC_SENSOR_DROPS,
    (point, { slots, builder }) => {
      const reason = capText(textAttribute(point.attributes, semconv.DROP_REASON) || 'unknown', MAX_ERROR_TYPE_LENGTH);
      forSlots(point.value, slots, (minute, count) => builder.addDrops(minute, reason, count));
      return undefined;
    },
  ],
]);

function ofFunction(
  read: (
    point: OtlpPoint,
    interval: PointInterval,
    fn: FunctionKey,
    attributes: AttributeMap,
  ) => RejectReason | undefined,
): ReadPoint {
  return (point, interval) => {
    const attributes = normaliseNames(point.attributes);
    const fn = codeFunction(attributes);
    return fn ? read(point, interval, fn, attributes) : 'no_name';
  };
}

function ofEdge(add: (edge: { calls: number; sampledCalls: number }, count: number) => void): ReadPoint {
  return ofFunction((point, { slots, builder }, callee, attributes) => {
    const caller = callerFunction(attributes);
    const service = callerService(attributes) || builder.service;
    forSlots(point.value, slots, (minute, count) => add(builder.edge(minute, callee, caller, service), count));
    return undefined;
  });
}

/** @param read gets the function that handles the entry point, when it is known */
function ofEntryPoint(
  read: (
    point: OtlpPoint,
    interval: PointInterval,
    entryPoint: EntryPointKey,
    fn: FunctionKey | undefined,
    attributes: AttributeMap,
  ) => RejectReason | undefined,
): ReadPoint {
  return (point, interval) => {
    const attributes = normaliseNames(point.attributes);
    const entryPoint = entryPointOf(attributes);
    return entryPoint ? read(point, interval, entryPoint, codeFunction(attributes), attributes) : 'no_name';
  };
}

/** @param read gets the function that calls the dependency, when it is known */
function ofDependency(
  read: (
    point: OtlpPoint,
    interval: PointInterval,
    dependency: DependencyKey,
    fn: FunctionKey | undefined,
    attributes: AttributeMap,
  ) => RejectReason | undefined,
): ReadPoint {
  return (point, interval) => {
    const attributes = normaliseNames(point.attributes);
    const dependency = dependencyOf(attributes);
    return dependency ? read(point, interval, dependency, codeFunction(attributes), attributes) : 'no_name';
  };
}

function addDurations(
  point: OtlpPoint,
  slots: readonly Slot[],
  to: (minute: number) => TimedCalls,
): RejectReason | undefined {
  const histogram = point.bucketCounts.length > 0 ? fromExplicit(point) : fromExponential(point);
  if (!histogram) return 'histogram';
  spreadHistogram(histogram, slots).forEach((part, i) => {
    const minute = slots[i]?.minute;
    if (minute !== undefined && part.count > 0) to(minute).sum.add(part);
  });
  return undefined;
}

function forSlots(total: number, slots: readonly Slot[], add: (minute: number, part: number) => void): void {
  spreadCount(total, slots).forEach((part, i) => {
    const minute = slots[i]?.minute;
    if (minute !== undefined && part > 0) add(minute, part);
  });
}

function errorType(attributes: AttributeMap): string {
  return capText(textAttribute(attributes, semconv.ERROR_TYPE) || 'Error', MAX_ERROR_TYPE_LENGTH);
}

function errorOrigin(text: string): ErrorOrigin {
  return text === 'thrown' || text === 'passed' ? text : 'unknown';
}

function isSomething(report: Report): boolean {
  return report.covered.length > 0;
}
