import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, AttributeValue, OtlpResourceSpans, OtlpSpan } from '../../../otlp/model.js';
import type { ResultRow } from '../clickhouseConnection.js';

/**
 * What is read of a row of the table `otel_traces`, in the order of `spansOf`. The columns are called alike in both layouts that
 * the exporter makes (attributes as Map, or as JSON).
 */
export const SPAN_COLUMNS = [
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'SpanName',
  'SpanKind',
  'StatusCode',
  'ServiceName',
  'bitShiftRight(toUInt64(toUnixTimestamp64Nano(Timestamp)), 32)',
  'bitAnd(toUInt64(toUnixTimestamp64Nano(Timestamp)), 4294967295)',
  'bitShiftRight(toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration, 32)',
  'bitAnd(toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration, 4294967295)',
  'ResourceAttributes',
  'SpanAttributes',
  'Events.Name',
  'Events.Attributes',
] as const;

/** The exporter writes the names of today, `Server`, and wrote those of the protocol, `SPAN_KIND_SERVER`. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

/** A Map column has strings only: these are numbers. */
const NUMERIC = /^(code\.(line|column)(\.number|no)?|.*status_code|.*\.port)$/;

/** Rows as a decoder would have given them, by resource. */
export function spansOf(rows: readonly ResultRow[]): OtlpResourceSpans[] {
  const groups = new Map<string, OtlpResourceSpans>();
  for (const row of rows) {
    const service = String(row[6]);
    const key = `${service}\0${JSON.stringify(row[11])}`;
    let group = groups.get(key);
    if (!group) {
      const resource = new Map(attributesOf(row[11]));
      if (!resource.has(semconv.SERVICE_NAME)) resource.set(semconv.SERVICE_NAME, service);
      group = { resource, spans: [] };
      groups.set(key, group);
    }
    group.spans.push(spanOf(row));
  }
  return [...groups.values()];
}

function spanOf(row: ResultRow): OtlpSpan {
  const [traceId, spanId, parentSpanId, name, kind, status] = row.slice(0, 6).map(String);
  const names = Array.isArray(row[13]) ? row[13] : [];
  const eventAttributes = Array.isArray(row[14]) ? row[14] : [];
  return {
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    parentSpanId: parentSpanId ?? '',
    name: name ?? '',
    kind: indexOf(KINDS, kind),
    startHigh: Number(row[7]),
    startLow: Number(row[8]),
    endHigh: Number(row[9]),
    endLow: Number(row[10]),
    statusCode: indexOf(STATUSES, status),
    attributes: attributesOf(row[12]),
    events: names.map((event, i) => ({ name: String(event), attributes: attributesOf(eventAttributes[i]) })),
  };
}

function indexOf(words: readonly string[], text = ''): number {
  const word = text.replace(/^(SPAN_KIND|STATUS_CODE)_/, '').toLowerCase();
  return Math.max(0, words.indexOf(word));
}

/** A Map has them by their whole names; JSON has what is before a dot as an object around what is after it. */
function attributesOf(value: unknown): AttributeMap {
  const attributes = new Map<string, AttributeValue>();
  const add = (prefix: string, of: unknown): void => {
    if (typeof of !== 'object' || of === null) return;
    for (const [part, it] of Object.entries(of)) {
      const name = prefix === '' ? part : `${prefix}.${part}`;
      if (typeof it === 'string' && NUMERIC.test(name) && /^\d{1,9}$/.test(it)) attributes.set(name, Number(it));
      else if (typeof it === 'string' || typeof it === 'number' || typeof it === 'boolean') attributes.set(name, it);
      else if (Array.isArray(it)) attributes.set(name, it.map(String));
      else add(name, it);
    }
  };
  add('', value);
  return attributes;
}
