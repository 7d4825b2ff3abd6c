import { DURATION_SCALE } from '@hindcast/proto/durationBuckets';
import * as semconv from '@hindcast/proto/semconv';
import type { Declaration, FileLoaded, FileNotObserved } from '../declarations.js';
import type { Exemplar } from '../context/exemplars.js';
import type { Resource } from '../discovery/resource.js';
import type { FunctionActivity, EdgeCalls, IntervalActivity, ReportedFunction } from './intervalReader.js';
import { eventRecord } from './eventRecord.js';
import { exemplarRecord } from './exemplarRecord.js';
import type { Durations, EntryName, SubjectActivity } from './seriesReader.js';
import { type Attributes, writeAttributes } from './attributes.js';
import { encode, type ProtobufWriter } from './protobufWriter.js';

// Field numbers: https://github.com/open-telemetry/opentelemetry-proto, opentelemetry/proto/{metrics,logs,common}/v1.

/** Requests stay below this many bytes, so that receivers with the usual limit of 4 MB take them. */
const MAX_REQUEST_BYTES = 3_000_000;
/** Functions in one declaration. */
const MAX_DECLARED_AT_ONCE = 2_000;
const DELTA = 1;

export interface Interval {
  readonly startNanos: bigint;
  /** The request's time; it identifies the request, so no two of one instance may be equal. */
  readonly endNanos: bigint;
}

const nameOf = ({ name, path, line, column }: ReportedFunction): Attributes => ({
  [semconv.CODE_FUNCTION_NAME]: name,
  [semconv.CODE_FILE_PATH]: path,
  [semconv.CODE_LINE_NUMBER]: line,
  [semconv.CODE_COLUMN_NUMBER]: column,
});

const callerOf = (caller: EdgeCalls['caller']): Attributes => ({
  [semconv.CALLER_SERVICE_NAME]: caller && 'service' in caller ? caller.service : undefined,
  [semconv.CALLER_FUNCTION_NAME]: caller?.name,
  [semconv.CALLER_FILE_PATH]: caller?.path,
  [semconv.CALLER_LINE_NUMBER]: caller?.line,
  [semconv.CALLER_COLUMN_NUMBER]: caller?.column,
});

/** The points of one request, by metric. */
class Points {
  readonly #byMetric = new Map<string, Buffer[]>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(metric: string, point: Buffer): void {
    const points = this.#byMetric.get(metric) ?? [];
    points.push(point);
    this.#byMetric.set(metric, points);
    this.#bytes += point.length + 4;
  }

  encode(resource: Buffer, scope: Buffer): Buffer {
    return encode((request) =>
      request.nested(1, (resourceMetrics) => {
        resourceMetrics.message(1, resource);
        resourceMetrics.nested(2, (scopeMetrics) => {
          scopeMetrics.message(1, scope);
          for (const [name, points] of this.#byMetric)
            scopeMetrics.nested(2, (metric) => writeMetric(metric, name, points));
        });
      }),
    );
  }
}

const HISTOGRAMS: ReadonlySet<string> = new Set([
  semconv.METRIC_FUNCTION_DURATION,
  semconv.METRIC_ENTRY_DURATION,
  semconv.METRIC_DEPENDENCY_DURATION,
]);

function unitOf(metric: string): string {
  if (HISTOGRAMS.has(metric)) return 's';
  return metric === semconv.METRIC_SENSOR_DROPS ? '{item}' : '{call}';
}

function writeMetric(metric: ProtobufWriter, name: string, points: readonly Buffer[]): void {
  const isHistogram = HISTOGRAMS.has(name);
  metric.string(1, name);
  metric.string(3, unitOf(name));
  metric.nested(isHistogram ? 10 : 7, (data) => {
    for (const point of points) data.message(1, point);
    data.uint(2, DELTA);
    if (!isHistogram) data.uint(3, 1);
  });
}

/** Encodes requests of one process. */
export class OtlpEncoder {
  readonly #resource: Buffer;
  readonly #scope: Buffer;

  constructor(resource: Resource, sensorVersion: string) {
    this.#resource = encode((writer) => writeAttributes(writer, 1, resource));
    this.#scope = encode((writer) => {
      writer.string(1, semconv.HINDCAST_SDK);
      writer.string(2, sensorVersion);
    });
  }

  /**
   * The requests that report an interval: usually one; more when it is large, each with a time of its own, a nanosecond
   * after the one before.
   */
  metrics(
    activity: IntervalActivity,
    { startNanos, endNanos }: Interval,
    functionOf: (id: number) => ReportedFunction | undefined = () => undefined,
  ): Buffer[] {
    const requests: Buffer[] = [];
    let time = endNanos;
    let points = new Points();
    const sum = (metric: string, value: number, attributes: Attributes): void =>
      points.add(
        metric,
        encode((point) => {
          point.fixed64(2, startNanos);
          point.fixed64(3, time);
          point.fixed64(6, BigInt(value));
          writeAttributes(point, 7, attributes);
        }),
      );

    const drops = activity.drops.length > 0 ? activity.drops : [{ reason: undefined, count: 0 }];
    for (const { reason, count } of drops) sum(semconv.METRIC_SENSOR_DROPS, count, { [semconv.DROP_REASON]: reason });
    const duration = (metric: string, durations: Durations, attributes: Attributes): void =>
      points.add(metric, durationPoint(durations, attributes, startNanos, time));
    const nextRequestWhenFull = (): void => {
      if (points.bytes < MAX_REQUEST_BYTES) return;
      requests.push(points.encode(this.#resource, this.#scope));
      points = new Points();
      time++;
    };
    for (const active of activity.functions) {
      addFunction(active, sum);
      if (active.durations) duration(semconv.METRIC_FUNCTION_DURATION, active.durations, nameOf(active.fn));
      nextRequestWhenFull();
    }
    for (const active of activity.entries) {
      const { subject } = active;
      addSubject(
        active,
        { ...functionName(functionOf(subject.fn)), ...entryOf(subject) },
        ENTRY_METRICS,
        sum,
        duration,
      );
      nextRequestWhenFull();
    }
    for (const active of activity.dependencies) {
      const { fn, dependencyKind, target } = active.subject;
      const attributes = {
        ...functionName(functionOf(fn)),
        [semconv.DEPENDENCY_KIND]: dependencyKind,
        [semconv.DEPENDENCY_TARGET]: target,
      };
      addSubject(active, attributes, DEPENDENCY_METRICS, sum, duration);
      nextRequestWhenFull();
    }
    if (points.bytes > 0) requests.push(points.encode(this.#resource, this.#scope));
    return requests;
  }

  /** The requests that declare files. */
  declarations(declarations: readonly Declaration[], nowNanos: bigint): Buffer[] {
    return this.#logs(declarations.flatMap((declaration) => declarationRecords(declaration, nowNanos)));
  }

  /** The requests that carry slow and failing work. */
  exemplars(exemplars: readonly Exemplar[], functionOf: (id: number) => ReportedFunction | undefined): Buffer[] {
    return this.#logs(exemplars.map((exemplar) => exemplarRecord(exemplar, functionOf)));
  }

  #logs(all: readonly Buffer[]): Buffer[] {
    const requests: Buffer[] = [];
    let records: Buffer[] = [];
    let bytes = 0;
    const flush = (): void => {
      if (records.length === 0) return;
      const batch = records;
      records = [];
      bytes = 0;
      requests.push(
        encode((request) =>
          request.nested(1, (resourceLogs) => {
            resourceLogs.message(1, this.#resource);
            resourceLogs.nested(2, (scopeLogs) => {
              scopeLogs.message(1, this.#scope);
              for (const record of batch) scopeLogs.message(2, record);
            });
          }),
        ),
      );
    };
    for (const record of all) {
      if (bytes + record.length > MAX_REQUEST_BYTES) flush();
      records.push(record);
      bytes += record.length;
    }
    flush();
    return requests;
  }
}

const functionName = (fn: ReportedFunction | undefined): Attributes => (fn ? nameOf(fn) : {});

const entryOf = (entry: EntryName | undefined): Attributes => ({
  [semconv.ENTRY_KIND]: entry?.entryKind,
  [semconv.ENTRY_NAME]: entry?.name,
});

interface SubjectMetrics {
  readonly calls: string;
  readonly errors: string;
  readonly duration: string;
}

const ENTRY_METRICS: SubjectMetrics = {
  calls: semconv.METRIC_ENTRY_CALLS,
  errors: semconv.METRIC_ENTRY_ERRORS,
  duration: semconv.METRIC_ENTRY_DURATION,
};

const DEPENDENCY_METRICS: SubjectMetrics = {
  calls: semconv.METRIC_DEPENDENCY_CALLS,
  errors: semconv.METRIC_DEPENDENCY_ERRORS,
  duration: semconv.METRIC_DEPENDENCY_DURATION,
};

function addSubject(
  { calls, errors, durations }: SubjectActivity,
  attributes: Attributes,
  metrics: SubjectMetrics,
  sum: (metric: string, value: number, attributes: Attributes) => void,
  duration: (metric: string, durations: Durations, attributes: Attributes) => void,
): void {
  if (calls > 0) sum(metrics.calls, calls, attributes);
  for (const { type, calls: failed } of errors)
    sum(metrics.errors, failed, { ...attributes, [semconv.ERROR_TYPE]: type });
  if (durations) duration(metrics.duration, durations, attributes);
}

function addFunction(
  { fn, calls, errors, edges, shares }: FunctionActivity,
  sum: (metric: string, value: number, attributes: Attributes) => void,
): void {
  const callee = nameOf(fn);
  if (calls > 0) sum(semconv.METRIC_FUNCTION_CALLS, calls, callee);
  for (const { type, origin, calls: failed } of errors) {
    sum(semconv.METRIC_FUNCTION_ERRORS, failed, {
      ...callee,
      [semconv.ERROR_TYPE]: type,
      [semconv.ERROR_ORIGIN]: origin,
    });
  }
  for (const { caller, calls: made, samples } of edges) {
    const attributes = { ...callee, ...callerOf(caller) };
    sum(semconv.METRIC_EDGE_CALLS, made, attributes);
    sum(semconv.METRIC_EDGE_SAMPLES, samples, attributes);
  }
  for (const { entry, calls: made } of shares)
    sum(semconv.METRIC_FUNCTION_ENTRIES, made, { ...callee, ...entryOf(entry) });
}

function durationPoint(
  { count, zeroCount, sumSeconds, buckets }: Durations,
  attributes: Attributes,
  startNanos: bigint,
  time: bigint,
): Buffer {
  return encode((point) => {
    writeAttributes(point, 1, attributes);
    point.fixed64(2, startNanos);
    point.fixed64(3, time);
    point.fixed64(4, BigInt(count));
    point.double(5, sumSeconds);
    point.sint(6, DURATION_SCALE);
    point.fixed64(7, BigInt(zeroCount));
    if (buckets.size === 0) return;
    const indexes = [...buckets.keys()];
    const first = Math.min(...indexes);
    const counts = Array.from({ length: Math.max(...indexes) - first + 1 }, (_, i) => buckets.get(first + i) ?? 0);
    point.nested(8, (positive) => {
      positive.sint(1, first);
      positive.packedUints(2, counts);
    });
  });
}

function declarationRecords(declaration: Declaration, nowNanos: bigint): Buffer[] {
  if (declaration.kind !== 'loaded' && declaration.kind !== 'notObserved') return [];
  if (declaration.kind === 'notObserved') return [notObservedRecord(declaration, nowNanos)];
  const parts = Math.max(1, Math.ceil(declaration.functions.length / MAX_DECLARED_AT_ONCE));
  return Array.from({ length: parts }, (_, i) =>
    loadedRecord(declaration, i * MAX_DECLARED_AT_ONCE, (i + 1) * MAX_DECLARED_AT_ONCE, nowNanos),
  );
}

function notObservedRecord({ path, reason }: FileNotObserved, nowNanos: bigint): Buffer {
  return eventRecord(semconv.EVENT_FILE_NOT_OBSERVED, nowNanos, {
    [semconv.CODE_FILE_PATH]: path,
    [semconv.NOT_OBSERVED_REASON]: reason,
  });
}

function loadedRecord({ path, hash, functions }: FileLoaded, from: number, to: number, nowNanos: bigint): Buffer {
  const attributes = { [semconv.CODE_FILE_PATH]: path, [semconv.CODE_FILE_HASH]: hash === '' ? undefined : hash };
  return eventRecord(semconv.EVENT_FILE_LOADED, nowNanos, attributes, (body) =>
    body.nested(5, (array) => {
      for (const { name, line, column, endLine, hash: bodyHash } of functions.slice(from, to)) {
        array.nested(1, (item) =>
          item.nested(6, (kvlist) => writeAttributes(kvlist, 1, { name, line, column, endLine, hash: bodyHash })),
        );
      }
    }),
  );
}
