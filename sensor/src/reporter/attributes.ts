import type { ProtobufWriter } from './protobufWriter.js';

export type AttributeValue = string | number;
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

function writeValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.string(1, value);
  else writer.uint(3, value);
}

/** Key-value pairs in the given field; those without a value are left out. */
export function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    writer.nested(field, (pair) => {
      pair.string(1, key);
      pair.nested(2, (any) => writeValue(any, value));
    });
  }
}
