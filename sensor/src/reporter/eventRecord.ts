import { type Attributes, writeAttributes } from './attributes.js';
import { encode, type ProtobufWriter } from './protobufWriter.js';

const SEVERITY_INFO = 9;

/** An OTLP log record with an event name. `traceId`: 32 hex digits, or empty. */
export function eventRecord(
  name: string,
  nowNanos: bigint,
  attributes: Attributes,
  writeBody?: (body: ProtobufWriter) => void,
  traceId = '',
): Buffer {
  return encode((record) => {
    record.fixed64(1, nowNanos);
    record.uint(2, SEVERITY_INFO);
    if (writeBody) record.nested(5, writeBody);
    writeAttributes(record, 6, attributes);
    if (traceId !== '') record.message(9, Buffer.from(traceId, 'hex'));
    record.fixed64(11, nowNanos);
    record.string(12, name);
  });
}
