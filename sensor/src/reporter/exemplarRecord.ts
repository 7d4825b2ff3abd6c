import * as semconv from '@hindcast/proto/semconv';
import type { Exemplar } from '../context/exemplars.js';
import { type Attributes, writeAttributes } from './attributes.js';
import { eventRecord } from './eventRecord.js';
import type { ReportedFunction } from './intervalReader.js';
import type { ProtobufWriter } from './protobufWriter.js';

/** A slow or failing piece of work as an event; its body is described at `EVENT_EXEMPLAR`. */
export function exemplarRecord(exemplar: Exemplar, functionOf: (id: number) => ReportedFunction | undefined): Buffer {
  const { entryKind, entryName, durationSeconds, errorType, endMs, traceId } = exemplar;
  const place = (fn: number): Attributes => {
    const found = functionOf(fn);
    return found ? { name: found.name, file: found.path, line: found.line, column: found.column } : {};
  };
  const path = exemplar.path.flatMap(({ fn, durationSeconds: spent, offsetSeconds }) =>
    functionOf(fn) ? [{ text: place(fn), durationSeconds: spent, offsetSeconds }] : [],
  );
  const dependencies = exemplar.dependencies.map(({ fn, dependencyKind, target, count, durationSeconds: spent }) => ({
    text: { kind: dependencyKind, target, count, ...place(fn) },
    durationSeconds: spent,
  }));
  return eventRecord(
    semconv.EVENT_EXEMPLAR,
    BigInt(Math.round(endMs)) * 1_000_000n,
    {},
    (body) =>
      body.nested(6, (kvlist) => {
        writeAttributes(kvlist, 1, { entryKind, entryName, errorType });
        writeSeconds(kvlist, 'durationSeconds', durationSeconds);
        writeList(kvlist, 'path', path);
        writeList(kvlist, 'dependencies', dependencies);
      }),
    traceId,
  );
}

interface Item {
  readonly text: Attributes;
  readonly durationSeconds: number | undefined;
  readonly offsetSeconds?: number;
}

function writeSeconds(kvlist: ProtobufWriter, key: string, seconds: number): void {
  kvlist.nested(1, (pair) => {
    pair.string(1, key);
    pair.nested(2, (any) => any.double(4, seconds));
  });
}

function writeList(kvlist: ProtobufWriter, key: string, items: readonly Item[]): void {
  kvlist.nested(1, (pair) => {
    pair.string(1, key);
    pair.nested(2, (any) =>
      any.nested(5, (array) => {
        for (const { text, durationSeconds, offsetSeconds } of items) {
          array.nested(1, (item) =>
            item.nested(6, (inner) => {
              writeAttributes(inner, 1, text);
              if (durationSeconds !== undefined) writeSeconds(inner, 'durationSeconds', durationSeconds);
              if (offsetSeconds !== undefined) writeSeconds(inner, 'offsetSeconds', offsetSeconds);
            }),
          );
        }
      }),
    );
  });
}
