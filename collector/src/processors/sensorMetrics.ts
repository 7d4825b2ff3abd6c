import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, OtlpMetric, OtlpPoint, OtlpResourceMetrics } from '../otlp/model.js';
import { nanosText, nanosToMs } from '../otlp/model.js';
import type { ErrorOrigin, FunctionKey, Interval, Minute, Report } from '../store/model.js';
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
import { ReportBuilder, type EdgeCalls, type TimedCalls } from './reportBuilder.js';
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
  const all = new Map<Sender, Builders>();
  let acceptedPoints = 0;
  for (const group of groups) {
    const sender = senderOf(group.resource, 'sensor');
    const builders: Builders = all.get(sender) ?? new Map<string, ReportBuilder>();
    all.set(sender, builders);
    let interval: PointInterval | undefined;
    for (const metric of group.metrics) {
      const read = readers.get(metric.name);
      if (!read) continue;
      for (const point of metric.points) {
        if (point.flags & NO_RECORDED_VALUE) continue;
        if (!interval || !isOfInterval(point, interval)) interval = intervalOf(point, sender, builders, interval);
        const reason = checked(metric, point, interval, nowMs) ?? read(point, interval);
        if (reason) reject(rejections, reason);
        else {
          interval.builder.cover(interval);
          acceptedPoints++;
        }
      }
    }
  }
  const reports = [...all.values()].flatMap((builders) => [...builders.values()].map((builder) => builder.report()));
  return { reports: reports.filter(isSomething), acceptedPoints };
}

/** One sender's, by the time of the points. */
type Builders = Map<string, ReportBuilder>;

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

/** @param last the interval of the point before, which nearly always ended at the same time */
function intervalOf(point: OtlpPoint, sender: Sender, builders: Builders, last?: PointInterval): PointInterval {
  const endMs = nanosToMs(point.timeHigh, point.timeLow);
  const hasStart = point.startHigh !== 0 || point.startLow !== 0;
  const startMs = hasStart ? nanosToMs(point.startHigh, point.startLow) : endMs;
  const isSameTime = last?.of.timeLow === point.timeLow && last.of.timeHigh === point.timeHigh;
  return {
    of: point,
    startMs,
    endMs,
    slots: [],
    builder: isSameTime ? last.builder : builderOf(point, sender, builders),
  };
}

function builderOf(point: OtlpPoint, sender: Sender, builders: Builders): ReportBuilder {
  const onceKey = nanosText(point.timeHigh, point.timeLow);
  let builder = builders.get(onceKey);
  if (!builder) {
    builder = new ReportBuilder(sender, sender.instanceId === '' ? undefined : onceKey);
    builders.set(onceKey, builder);
  }
  return builder;
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
  [semconv.METRIC_FUNCTION_CALLS, counts(codeFunction, (to, minute, fn, n) => (to.calls(minute, fn).calls += n))],
  [
    semconv.METRIC_FUNCTION_ERRORS,
    counts(codeFunction, (to, minute, fn, n, attributes) =>
      to.addErrors(minute, fn, errorType(attributes), errorOrigin(attributes), n),
    ),
  ],
  [semconv.METRIC_FUNCTION_DURATION, durations(codeFunction, (to, minute, fn) => to.calls(minute, fn))],
  [
    semconv.METRIC_EDGE_CALLS,
    counts(codeFunction, (to, minute, fn, n, attributes) => (edgeOf(to, minute, fn, attributes).calls += n)),
  ],
  [
    semconv.METRIC_EDGE_SAMPLES,
    counts(codeFunction, (to, minute, fn, n, attributes) => (edgeOf(to, minute, fn, attributes).sampledCalls += n)),
  ],
  [
    semconv.METRIC_ENTRY_CALLS,
    counts(
      entryPointOf,
      (to, minute, entryPoint, n, attributes) =>
        (to.entryCalls(minute, entryPoint, codeFunction(attributes)).calls += n),
    ),
  ],
  [
    semconv.METRIC_ENTRY_ERRORS,
    counts(entryPointOf, (to, minute, entryPoint, n, attributes) =>
      to.addEntryErrors(minute, entryPoint, codeFunction(attributes), errorType(attributes), n),
    ),
  ],
  [
    semconv.METRIC_ENTRY_DURATION,
    durations(entryPointOf, (to, minute, entryPoint, attributes) =>
      to.entryCalls(minute, entryPoint, codeFunction(attributes)),
    ),
  ],
  [
    semconv.METRIC_FUNCTION_ENTRIES,
    counts(codeFunction, (to, minute, fn, n, attributes) =>
      to.addFunctionEntries(minute, fn, entryPointOf(attributes), n),
    ),
  ],
  [
    semconv.METRIC_DEPENDENCY_CALLS,
    counts(
      dependencyOf,
      (to, minute, dependency, n, attributes) =>
        (to.dependencyCalls(minute, codeFunction(attributes), dependency).calls += n),
    ),
  ],
  [
    semconv.METRIC_DEPENDENCY_ERRORS,
    counts(dependencyOf, (to, minute, dependency, n, attributes) =>
      to.addDependencyErrors(minute, codeFunction(attributes), dependency, errorType(attributes), n),
    ),
  ],
  [
    semconv.METRIC_DEPENDENCY_DURATION,
    durations(dependencyOf, (to, minute, dependency, attributes) =>
      to.dependencyCalls(minute, codeFunction(attributes), dependency),
    ),
  ],
  [semconv.METRIC_SENSOR_DROPS, counts(dropReason, (to, minute, reason, n) => to.addDrops(minute, reason, n))],
]);

/**
 * Reads the points of a count: each minute gets its part.
 * @param keyOf what a point is about; undefined when it does not say
 */
function counts<Key>(
  keyOf: (attributes: AttributeMap) => Key | undefined,
  add: (to: ReportBuilder, minute: Minute, key: Key, count: number, attributes: AttributeMap) => void,
): ReadPoint {
  return withKey(keyOf, (point, { slots, builder }, key, attributes) => {
    spreadCount(point.value, slots).forEach((part, i) => {
      const minute = slots[i]?.minute;
      if (minute !== undefined && part > 0) add(builder, minute, key, part, attributes);
    });
    return undefined;
  });
}

/** Reads the points of durations. @param rowOf what each minute's part is added to */
function durations<Key>(
  keyOf: (attributes: AttributeMap) => Key | undefined,
  rowOf: (to: ReportBuilder, minute: Minute, key: Key, attributes: AttributeMap) => TimedCalls,
): ReadPoint {
  return withKey(keyOf, (point, { slots, builder }, key, attributes) => {
    const histogram = point.bucketCounts.length > 0 ? fromExplicit(point) : fromExponential(point);
    if (!histogram) return 'histogram';
    spreadHistogram(histogram, slots).forEach((part, i) => {
      const minute = slots[i]?.minute;
      if (minute !== undefined && part.count > 0) rowOf(builder, minute, key, attributes).sum.add(part);
    });
    return undefined;
  });
}

function withKey<Key>(
  keyOf: (attributes: AttributeMap) => Key | undefined,
  read: (point: OtlpPoint, interval: PointInterval, key: Key, attributes: AttributeMap) => RejectReason | undefined,
): ReadPoint {
  return (point, interval) => {
    const attributes = normaliseNames(point.attributes);
    const key = keyOf(attributes);
    return key === undefined ? 'no_name' : read(point, interval, key, attributes);
  };
}

function edgeOf(to: ReportBuilder, minute: Minute, callee: FunctionKey, attributes: AttributeMap): EdgeCalls {
  return to.edge(minute, callee, callerFunction(attributes), callerService(attributes) || to.service);
}

function dropReason(attributes: AttributeMap): string {
  return capText(textAttribute(attributes, semconv.DROP_REASON) || 'unknown', MAX_ERROR_TYPE_LENGTH);
}

function errorType(attributes: AttributeMap): string {
  return capText(textAttribute(attributes, semconv.ERROR_TYPE) || 'Error', MAX_ERROR_TYPE_LENGTH);
}

function errorOrigin(attributes: AttributeMap): ErrorOrigin {
  const text = textAttribute(attributes, semconv.ERROR_ORIGIN);
  return text === 'thrown' || text === 'passed' ? text : 'unknown';
}

function isSomething(report: Report): boolean {
  return report.covered.length > 0;
}
