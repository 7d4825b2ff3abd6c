import type {
  AttributeMap,
  AttributeValue,
  OtlpBuckets,
  OtlpLogRecord,
  OtlpMetric,
  OtlpMetricKind,
  OtlpPoint,
  OtlpResourceLogs,
  OtlpResourceMetrics,
  OtlpResourceSpans,
  OtlpSpan,
} from './model.js';
import { OtlpDecodeError } from './wireReader.js';

// OTLP/JSON: lowerCamelCase names, 64-bit integers as strings or numbers, ids in hex, enums as numbers, unknown names ignored.
// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

/** A JSON object whose content nobody has checked yet. */
type Json = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;

/** @throws OtlpDecodeError when it is not the JSON of an ExportTraceServiceRequest */
export function parseTraces(text: string): OtlpResourceSpans[] {
  return list(parse(text), 'resourceSpans').map((group) => ({
    resource: resource(group),
    spans: list(group, 'scopeSpans').flatMap((scope) => list(scope, 'spans').map(span)),
  }));
}

/** @throws OtlpDecodeError when it is not the JSON of an ExportMetricsServiceRequest */
export function parseMetrics(text: string): OtlpResourceMetrics[] {
  return list(parse(text), 'resourceMetrics').map((group) => ({
    resource: resource(group),
    metrics: list(group, 'scopeMetrics').flatMap((scope) => list(scope, 'metrics').map(metric)),
  }));
}

/** @throws OtlpDecodeError when it is not the JSON of an ExportLogsServiceRequest */
export function parseLogs(text: string): OtlpResourceLogs[] {
  return list(parse(text), 'resourceLogs').map((group) => ({
    resource: resource(group),
    records: list(group, 'scopeLogs').flatMap((scope) => list(scope, 'logRecords').map(logRecord)),
  }));
}

function span(json: Json): OtlpSpan {
  const [startHigh, startLow] = nanos(json, 'startTimeUnixNano');
  const [endHigh, endLow] = nanos(json, 'endTimeUnixNano');
  const status = json['status'];
  return {
    traceId: text(json, 'traceId').toLowerCase(),
    spanId: text(json, 'spanId').toLowerCase(),
    parentSpanId: text(json, 'parentSpanId').toLowerCase(),
    name: text(json, 'name'),
    kind: number(json, 'kind'),
    startHigh,
    startLow,
    endHigh,
    endLow,
    statusCode: status === undefined || status === null ? 0 : number(object(status, 'status'), 'code'),
    attributes: attributes(json, 0),
    events: list(json, 'events').map((event) => ({ name: text(event, 'name'), attributes: attributes(event, 0) })),
  };
}

function metric(json: Json): OtlpMetric {
  const kind = (['sum', 'histogram', 'exponentialHistogram'] as const).find((name) => json[name] != null);
  const data = kind ? object(json[kind], kind) : {};
  return {
    name: text(json, 'name'),
    kind: kind ?? ('other' satisfies OtlpMetricKind),
    temporality: number(data, 'aggregationTemporality'),
    monotonic: data['isMonotonic'] === true,
    points: list(data, 'dataPoints').map(point),
  };
}

function point(json: Json): OtlpPoint {
  const [startHigh, startLow] = nanos(json, 'startTimeUnixNano');
  const [timeHigh, timeLow] = nanos(json, 'timeUnixNano');
  return {
    attributes: attributes(json, 0),
    startHigh,
    startLow,
    timeHigh,
    timeLow,
    flags: number(json, 'flags'),
    value: json['asInt'] === undefined ? number(json, 'asDouble') : number(json, 'asInt'),
    count: number(json, 'count'),
    sum: number(json, 'sum'),
    scale: number(json, 'scale'),
    zeroCount: number(json, 'zeroCount'),
    positive: buckets(json, 'positive'),
    negative: buckets(json, 'negative'),
    explicitBounds: numbers(json, 'explicitBounds'),
    bucketCounts: numbers(json, 'bucketCounts'),
  };
}

function buckets(json: Json, name: string): OtlpBuckets {
  if (json[name] == null) return { offset: 0, counts: [] };
  const value = object(json[name], name);
  return { offset: number(value, 'offset'), counts: numbers(value, 'bucketCounts') };
}

function logRecord(json: Json): OtlpLogRecord {
  const [timeHigh, timeLow] = nanos(json, 'timeUnixNano');
  return {
    traceId: text(json, 'traceId').toLowerCase(),
    timeHigh,
    timeLow,
    eventName: text(json, 'eventName'),
    body: json['body'] == null ? undefined : anyValue(object(json['body'], 'body'), 0),
    attributes: attributes(json, 0),
  };
}

function resource(group: Json): AttributeMap {
  return group['resource'] == null ? new Map() : attributes(object(group['resource'], 'resource'), 0);
}

function attributes(json: Json, depth: number, name = 'attributes'): AttributeMap {
  const values = new Map<string, AttributeValue>();
  for (const pair of list(json, name)) {
    const value = pair['value'] == null ? undefined : anyValue(object(pair['value'], 'value'), depth);
    if (value !== undefined) values.set(text(pair, 'key'), value);
  }
  return values;
}

function anyValue(json: Json, depth: number): AttributeValue | undefined {
  if (depth > MAX_DEPTH) throw new OtlpDecodeError(`Not valid OTLP/JSON: values nested deeper than ${MAX_DEPTH}.`);
  if (json['stringValue'] != null) return text(json, 'stringValue');
  if (json['boolValue'] != null) return json['boolValue'] === true;
  if (json['intValue'] != null) return number(json, 'intValue');
  if (json['doubleValue'] != null) return number(json, 'doubleValue');
  if (json['arrayValue'] != null) {
    return list(object(json['arrayValue'], 'arrayValue'), 'values')
      .map((value) => anyValue(value, depth + 1))
      .filter((value) => value !== undefined);
  }
  if (json['kvlistValue'] != null) return attributes(object(json['kvlistValue'], 'kvlistValue'), depth + 1, 'values');
  return undefined;
}

function parse(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new OtlpDecodeError('Not valid OTLP/JSON: the body is not JSON.');
  }
  return object(value, 'the body');
}

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(what, 'an object');
  return value as Json;
}

function list(json: Json, name: string): Json[] {
  const value = json[name];
  if (value == null) return [];
  if (!Array.isArray(value)) wrong(name, 'an array');
  return value.map((item) => object(item, name));
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (value == null) return '';
  if (typeof value !== 'string') wrong(name, 'a string');
  return value;
}

function number(json: Json, name: string): number {
  return json[name] == null ? 0 : asNumber(json[name], name);
}

function numbers(json: Json, name: string): number[] {
  const value = json[name];
  if (value == null) return [];
  if (!Array.isArray(value)) wrong(name, 'an array');
  return value.map((item) => asNumber(item, name));
}

/** A number, or a string that holds one; "NaN" and "Infinity" are numbers here, as protobuf's JSON has it. */
function asNumber(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|-?Infinity)$/.test(value))
    return Number(value);
  wrong(name, 'a number');
}

function nanos(json: Json, name: string): [high: number, low: number] {
  const value = json[name];
  if (value == null) return [0, 0];
  const isWhole = typeof value === 'number' ? Number.isInteger(value) && value >= 0 : isDigits(value);
  if (!isWhole) wrong(name, 'a whole number of nanoseconds');
  const nanoseconds = BigInt(value as string | number);
  if (nanoseconds >= 1n << 64n) wrong(name, 'a number of 64 bits');
  return [Number(nanoseconds >> 32n), Number(nanoseconds & 0xffffffffn)];
}

function isDigits(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function wrong(name: string, expected: string): never {
  throw new OtlpDecodeError(`Not valid OTLP/JSON: ${name} is not ${expected}.`);
}
