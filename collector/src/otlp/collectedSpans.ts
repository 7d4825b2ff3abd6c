import type { AttributeSink } from './attributes.js';
import type { AttributeMap, AttributeValue, OtlpEvent } from './model.js';
import { readTraces, type SpanSink } from './traces.js';
import { PARENT_AT, SPAN_AT, TRACE_AT, type SpanFields } from './spanFields.js';

// For tests: everything that the reader of spans tells, as plain values.

/** Wants every attribute. */
class AllAttributes implements AttributeSink {
  private readonly names: string[] = [];
  private values = new Map<string, AttributeValue>();

  find(bytes: Buffer, start: number, end: number): number {
    return this.names.push(bytes.toString('utf8', start, end)) - 1;
  }

  set(key: number, value: AttributeValue): void {
    this.values.set(this.names[key] ?? '', value);
  }

  take(): AttributeMap {
    const { values } = this;
    this.values = new Map();
    return values;
  }
}

/** @throws OtlpDecodeError, OtlpTooLargeError */
export function collectSpans(bytes: Buffer) {
  const groups: { resource: AttributeMap; spans: ReturnType<typeof spanOf>[] }[] = [];
  let events: OtlpEvent[] = [];
  const attributes = new AllAttributes();
  const eventAttributes = new AllAttributes();
  const sink: SpanSink = {
    attributes,
    eventAttributes,
    resource: (resource) => groups.push({ resource, spans: [] }),
    event: (name) => events.push({ name, attributes: eventAttributes.take() }),
    span: (fields) => {
      groups.at(-1)?.spans.push(spanOf(fields, attributes.take(), events));
      events = [];
    },
  };
  readTraces(bytes, sink);
  return groups;
}

function spanOf(fields: SpanFields, attributes: AttributeMap, events: readonly OtlpEvent[]) {
  const { name, kind, statusCode: status } = fields;
  const hex = (at: number, words: number): string =>
    [...fields.ids.subarray(at, at + words)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  const nanos = (high: number, low: number): number => (high >>> 0) * 2 ** 32 + (low >>> 0);
  return {
    ids: [hex(TRACE_AT, 4), hex(SPAN_AT, 2), hex(PARENT_AT, 2)],
    name,
    kind,
    start: nanos(fields.startHigh, fields.startLow),
    end: nanos(fields.endHigh, fields.endLow),
    status,
    attributes,
    events,
  };
}
