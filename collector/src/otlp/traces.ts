import type { AttributeMap } from './model.js';
import { noAttributes } from './model.js';
import { readAttribute, readResource, type AttributeSink } from './attributes.js';
import { decodedText } from './decodedText.js';
import { SpanFields } from './spanFields.js';
import { WireReader } from './wireReader.js';

/** Takes spans as they are read. When reading fails in the middle, it has got a part of them. */
export interface SpanSink {
  /** Gets attributes of a span before the span itself. */
  readonly attributes: AttributeSink;
  /** Gets attributes of an event before the event itself. */
  readonly eventAttributes: AttributeSink;
  /** Of the spans that follow. */
  resource(attributes: AttributeMap): void;
  /** An event of the span that follows. */
  event(name: string): void;
  /** @param fields one object is used for all of them: read it at once */
  span(fields: SpanFields): void;
}

/**
 * Reads an ExportTraceServiceRequest.
 * Source: opentelemetry/proto/collector/trace/v1/trace_service.proto
 * @throws OtlpDecodeError, OtlpTooLargeError
 */
export function readTraces(bytes: Buffer, sink: SpanSink): void {
  const reader = new WireReader(bytes, decodedText);
  while (reader.next()) {
    if (reader.field === 1) readResourceSpans(reader, sink);
    else reader.skip();
  }
}

function readResourceSpans(reader: WireReader, sink: SpanSink): void {
  reader.countItem();
  const outer = reader.enter();
  // Senders write the resource first, and need not.
  const start = reader.position;
  let resource = noAttributes;
  while (reader.next()) {
    if (reader.field === 1) resource = readResource(reader);
    else reader.skip();
  }
  sink.resource(resource);
  reader.position = start;
  while (reader.next()) {
    if (reader.field === 2) readScopeSpans(reader, sink);
    else reader.skip();
  }
  reader.leave(outer);
}

function readScopeSpans(reader: WireReader, sink: SpanSink): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) readSpan(reader, sink);
    else reader.skip();
  }
  reader.leave(outer);
}

const fields = new SpanFields();

function readSpan(reader: WireReader, sink: SpanSink): void {
  reader.countItem();
  const outer = reader.enter();
  fields.clear();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        fields.setTrace(reader.bytes, reader.startOfBytes(), reader.position);
        break;
      case 2:
        fields.setSpan(reader.bytes, reader.startOfBytes(), reader.position);
        break;
      case 4:
        fields.setParent(reader.bytes, reader.startOfBytes(), reader.position);
        break;
      case 5:
        fields.name = reader.string();
        break;
      case 6:
        fields.kind = reader.int32();
        break;
      case 7:
        fields.startLow = reader.fixed64() | 0;
        fields.startHigh = reader.high | 0;
        break;
      case 8:
        fields.endLow = reader.fixed64() | 0;
        fields.endHigh = reader.high | 0;
        break;
      case 9:
        readAttribute(reader, sink.attributes);
        break;
      case 11:
        readEvent(reader, sink);
        break;
      case 15:
        fields.statusCode = readStatus(reader);
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  sink.span(fields);
}

function readEvent(reader: WireReader, sink: SpanSink): void {
  reader.countItem();
  const outer = reader.enter();
  let name = '';
  while (reader.next()) {
    if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) readAttribute(reader, sink.eventAttributes);
    else reader.skip();
  }
  reader.leave(outer);
  sink.event(name);
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
