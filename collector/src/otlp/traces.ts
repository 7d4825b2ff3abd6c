import type { AttributeValue, OtlpEvent, OtlpResourceSpans, OtlpSpan } from './model.js';
import { emptySpan, noAttributes } from './model.js';
import { readKeyValue, readResource, type Wanted } from './attributes.js';
import { decodedText } from './decodedText.js';
import { WireReader } from './wireReader.js';

/**
 * Decodes an ExportTraceServiceRequest. Of spans' and events' attributes only the wanted ones are kept.
 * Source: opentelemetry/proto/collector/trace/v1/trace_service.proto
 * @throws OtlpDecodeError
 */
export function decodeTraces(bytes: Buffer, wanted: Wanted): OtlpResourceSpans[] {
  const reader = new WireReader(bytes, decodedText);
  const groups: OtlpResourceSpans[] = [];
  while (reader.next()) {
    if (reader.field === 1) groups.push(readResourceSpans(reader, wanted));
    else reader.skip();
  }
  return groups;
}

function readResourceSpans(reader: WireReader, wanted: Wanted): OtlpResourceSpans {
  reader.countItem();
  const outer = reader.enter();
  const group: OtlpResourceSpans = { resource: noAttributes, spans: [] };
  while (reader.next()) {
    if (reader.field === 1) group.resource = readResource(reader);
    else if (reader.field === 2) readScopeSpans(reader, wanted, group.spans);
    else reader.skip();
  }
  reader.leave(outer);
  return group;
}

function readScopeSpans(reader: WireReader, wanted: Wanted, into: OtlpSpan[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) into.push(readSpan(reader, wanted, into.at(-1)?.traceId ?? ''));
    else reader.skip();
  }
  reader.leave(outer);
}

/** @param lastTraceId of the span before: spans of a trace tend to come together */
function readSpan(reader: WireReader, wanted: Wanted, lastTraceId: string): OtlpSpan {
  reader.countItem();
  const outer = reader.enter();
  const span = emptySpan();
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = reader.latin1Like(lastTraceId);
        break;
      case 2:
        span.spanId = reader.latin1();
        break;
      case 4:
        span.parentSpanId = reader.latin1();
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.int32();
        break;
      case 7:
        span.startLow = reader.fixed64();
        span.startHigh = reader.high;
        break;
      case 8:
        span.endLow = reader.fixed64();
        span.endHigh = reader.high;
        break;
      case 9:
        readKeyValue(reader, attributes, wanted);
        break;
      case 11:
        if (span.events.length === 0) span.events = [];
        span.events.push(readEvent(reader, wanted));
        break;
      case 15:
        span.statusCode = readStatus(reader);
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  if (attributes.size > 0) span.attributes = attributes;
  return span;
}

function readEvent(reader: WireReader, wanted: Wanted): OtlpEvent {
  reader.countItem();
  const outer = reader.enter();
  const attributes = new Map<string, AttributeValue>();
  let name = '';
  while (reader.next()) {
    if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) readKeyValue(reader, attributes, wanted);
    else reader.skip();
  }
  reader.leave(outer);
  return { name, attributes };
}

function readStatus(reader: WireReader): number {
  const outer = reader.enter();
  let code = 0;
  while (reader.next()) {
    if (reader.field === 3) code = reader.int32();
    else reader.skip();
  }
  reader.leave(outer);
  return code;
}
