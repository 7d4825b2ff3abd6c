import type { AttributeMap, AttributeValue } from './model.js';
import { noAttributes } from './model.js';
import type { WireReader } from './wireReader.js';

/** Which attributes are read; the values of others are stepped over. */
export interface Wanted {
  /** The key that these bytes of a message are; undefined when it is not wanted. */
  find(bytes: Buffer, start: number, end: number): string | undefined;
}
export const wantAll: Wanted = { find: (bytes, start, end) => bytes.toString('utf8', start, end) };

const MAX_DEPTH = 16;

/** Reads one KeyValue (the current field) into `into`. Of equal keys the last wins. */
export function readKeyValue(reader: WireReader, into: Map<string, AttributeValue>, wanted: Wanted, depth = 0): void {
  const outer = reader.enter();
  let key: string | undefined;
  let value: AttributeValue | undefined;
  while (reader.next()) {
    if (reader.field === 1) {
      const start = reader.startOfBytes();
      key = wanted.find(reader.bytes, start, reader.position);
      if (key === undefined) break;
      // The key nearly always comes first; where it does not, the value is read and may be thrown away.
    } else if (reader.field === 2) value = readAnyValue(reader, depth);
    else reader.skip();
  }
  reader.leave(outer);
  if (value !== undefined && key !== undefined) into.set(key, value);
}

/** Reads an AnyValue (the current field); undefined for an empty one and for bytes. */
export function readAnyValue(reader: WireReader, depth = 0): AttributeValue | undefined {
  if (depth > MAX_DEPTH) reader.fail(`values nested deeper than ${MAX_DEPTH}`);
  reader.countItem();
  const outer = reader.enter();
  let value: AttributeValue | undefined;
  while (reader.next()) {
    if (reader.field === 1) value = reader.string();
    else if (reader.field === 2) value = reader.bool();
    else if (reader.field === 3) value = reader.int64();
    else if (reader.field === 4) value = reader.double();
    else if (reader.field === 5) value = readArray(reader, depth + 1);
    else if (reader.field === 6) value = readKeyValueList(reader, depth + 1);
    else reader.skip();
  }
  reader.leave(outer);
  return value;
}

/** Reads a Resource (the current field). */
export function readResource(reader: WireReader): AttributeMap {
  const outer = reader.enter();
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader, attributes, wantAll);
    else reader.skip();
  }
  reader.leave(outer);
  return attributes.size > 0 ? attributes : noAttributes;
}

function readArray(reader: WireReader, depth: number): AttributeValue[] {
  const outer = reader.enter();
  const values: AttributeValue[] = [];
  while (reader.next()) {
    if (reader.field === 1) {
      const value = readAnyValue(reader, depth);
      if (value !== undefined) values.push(value);
    } else reader.skip();
  }
  reader.leave(outer);
  return values;
}

function readKeyValueList(reader: WireReader, depth: number): AttributeMap {
  reader.countItem();
  const outer = reader.enter();
  const values = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader, values, wantAll, depth);
    else reader.skip();
  }
  reader.leave(outer);
  return values;
}
