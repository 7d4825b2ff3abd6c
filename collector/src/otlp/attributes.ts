import type { AttributeMap, AttributeValue } from './model.js';
import type { WireReader } from './wireReader.js';

/** Which attributes are read; the values of others are stepped over. */
export interface Wanted {
  /** The key that these bytes of a message are; undefined when it is not wanted. */
  find(bytes: Buffer, start: number, end: number): string | undefined;
}
export const wantAll: Wanted = { find: (bytes, start, end) => bytes.toString('utf8', start, end) };

/** Takes the attributes that it wants; a key is a number to it. */
export interface AttributeSink {
  /** The key that these bytes of a message are; negative when it is not wanted. */
  find(bytes: Buffer, start: number, end: number): number;
  /** Of equal keys the last wins. */
  set(key: number, value: AttributeValue): void;
}

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

/** Reads one KeyValue (the current field). */
export function readAttribute(reader: WireReader, sink: AttributeSink): void {
  const outer = reader.enter();
  let key = -1;
  let value: AttributeValue | undefined;
  while (reader.next()) {
    if (reader.field === 1) {
      const start = reader.startOfBytes();
      key = sink.find(reader.bytes, start, reader.position);
      if (key < 0) break;
    } else if (reader.field === 2) value = readAnyValue(reader);
    else reader.skip();
  }
  reader.leave(outer);
  if (value !== undefined && key >= 0) sink.set(key, value);
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

/** Reads a Resource (the current field). The same bytes give the same object, as long as they are remembered. */
export function readResource(reader: WireReader): AttributeMap {
  const outer = reader.enter();
  const { position, end, bytes } = reader;
  const text = end - position <= MAX_REMEMBERED_BYTES ? bytes.toString('latin1', position, end) : undefined;
  const known = text === undefined ? undefined : resources.get(text);
  if (known) {
    reader.leave(outer);
    return known;
  }
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader, attributes, wantAll);
    else reader.skip();
  }
  reader.leave(outer);
  if (text !== undefined) {
    if (resources.size >= MAX_RESOURCES) resources.clear();
    resources.set(text, attributes);
  }
  return attributes;
}

const MAX_RESOURCES = 1_000;
const MAX_REMEMBERED_BYTES = 4_096;
/** By their bytes. An instance sends the same with every request. */
const resources = new Map<string, AttributeMap>();

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
