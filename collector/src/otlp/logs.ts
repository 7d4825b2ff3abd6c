import type { AttributeValue, OtlpLogRecord, OtlpResourceLogs } from './model.js';
import { emptyLogRecord, noAttributes } from './model.js';
import { readAnyValue, readKeyValue, readResource, wantAll } from './attributes.js';
import { decodedText } from './decodedText.js';
import { WireReader } from './wireReader.js';

/**
 * Decodes an ExportLogsServiceRequest.
 * Source: opentelemetry/proto/collector/logs/v1/logs_service.proto
 * @throws OtlpDecodeError
 */
export function decodeLogs(bytes: Buffer): OtlpResourceLogs[] {
  const reader = new WireReader(bytes, decodedText);
  const groups: OtlpResourceLogs[] = [];
  while (reader.next()) {
    if (reader.field === 1) groups.push(readResourceLogs(reader));
    else reader.skip();
  }
  return groups;
}

function readResourceLogs(reader: WireReader): OtlpResourceLogs {
  reader.countItem();
  const outer = reader.enter();
  const group: OtlpResourceLogs = { resource: noAttributes, records: [] };
  while (reader.next()) {
    if (reader.field === 1) group.resource = readResource(reader);
    else if (reader.field === 2) readScopeLogs(reader, group.records);
    else reader.skip();
  }
  reader.leave(outer);
  return group;
}

function readScopeLogs(reader: WireReader, into: OtlpLogRecord[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) into.push(readLogRecord(reader));
    else reader.skip();
  }
  reader.leave(outer);
}

function readLogRecord(reader: WireReader): OtlpLogRecord {
  reader.countItem();
  const outer = reader.enter();
  const record = emptyLogRecord();
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) {
      record.timeLow = reader.fixed64();
      record.timeHigh = reader.high;
    } else if (reader.field === 5) record.body = readAnyValue(reader);
    else if (reader.field === 6) readKeyValue(reader, attributes, wantAll);
    else if (reader.field === 9) record.traceId = Buffer.from(reader.latin1(), 'latin1').toString('hex');
    else if (reader.field === 12) record.eventName = reader.string();
    else reader.skip();
  }
  reader.leave(outer);
  if (attributes.size > 0) record.attributes = attributes;
  return record;
}
