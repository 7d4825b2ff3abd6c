import * as semconv from '@hindcast/proto/semconv';
import type { AttributeSink } from '../otlp/attributes.js';
import { WordTable } from '../otlp/internedText.js';
import type { AttributeMap, AttributeValue, Attributes, OtlpResourceSpans } from '../otlp/model.js';
import { SpanFields } from '../otlp/spanFields.js';
import { readTraces, type SpanSink } from '../otlp/traces.js';
import { codeFunction, functionKey, textAttribute } from './attributeReaders.js';
import { MAX_ERROR_TYPE_LENGTH, capText } from './limits.js';
import { senderOf, type Sender } from './sender.js';
import { SpanAttributes } from './spanAttributes.js';
import { dependencyOfSpan, entryPointOfSpan } from './spanKinds.js';
import {
  END_HIGH,
  END_LOW,
  FLAGS,
  HAS_ERROR_STATUS,
  HAS_ODD_TRACE_ID,
  IS_CODE,
  KIND,
  START_HIGH,
  START_LOW,
  SpanRows,
  TRACE,
} from './spanRows.js';

const STATUS_ERROR = 2;
const KIND_INTERNAL = 1;
/** Of a span with few attributes: that many rows are made at first. */
const TYPICAL_BYTES = 256;

/**
 * The spans of an ExportTraceServiceRequest as rows: what they say of functions, entry points and dependencies, under the names of
 * today.
 * @throws OtlpDecodeError, OtlpTooLargeError
 */
export function decodeSpans(bytes: Buffer): SpanRows {
  const reader = new RowReader(1 + Math.ceil(bytes.length / TYPICAL_BYTES));
  readTraces(bytes, reader);
  return reader.rows;
}

/** The same of spans that were read otherwise. */
export function readSpans(groups: readonly OtlpResourceSpans[]): SpanRows {
  const reader = new RowReader();
  const fields = new SpanFields();
  for (const { resource, spans } of groups) {
    reader.resource(resource);
    for (const span of spans) {
      const { kind, name, startHigh, startLow, endHigh, endLow, statusCode } = span;
      Object.assign(fields, { kind, name, startHigh, startLow, endHigh, endLow, statusCode });
      fields.setTexts(span.traceId, span.spanId, span.parentSpanId);
      reader.attributes.load(span.attributes);
      for (const { attributes } of span.events) reader.exception(textAttribute(attributes, semconv.EXCEPTION_TYPE));
      reader.span(fields);
    }
  }
  return reader.rows;
}

/** Makes a row of each span. */
class RowReader implements SpanSink {
  readonly rows: SpanRows;
  readonly attributes = new SpanAttributes();
  readonly eventAttributes = new ExceptionType();
  private sender: Sender | undefined;
  private exceptionType = '';

  /** @param rows how many are likely to come */
  constructor(rows = 64) {
    this.rows = new SpanRows(rows);
  }

  resource(attributes: AttributeMap): void {
    this.sender = senderOf(attributes, 'spans');
  }

  event(): void {
    this.exception(this.eventAttributes.value);
    this.eventAttributes.value = '';
  }

  exception(type: string): void {
    this.exceptionType ||= type;
  }

  span(fields: SpanFields): void {
    const { rows, attributes, sender } = this;
    if (!sender) return;
    attributes.rename();
    const { kind, name } = fields;
    const code = codeFunction(attributes);
    const row = rows.add();
    for (let i = 0; i < fields.ids.length; i++) rows.set(row, TRACE + i, fields.ids[i] ?? 0);
    rows.set(row, START_HIGH, fields.startHigh);
    rows.set(row, START_LOW, fields.startLow);
    rows.set(row, END_HIGH, fields.endHigh);
    rows.set(row, END_LOW, fields.endLow);
    rows.set(row, KIND, kind);
    const hasErrorStatus = fields.statusCode === STATUS_ERROR;
    const flags = (code ? IS_CODE : 0) | (hasErrorStatus ? HAS_ERROR_STATUS : 0);
    rows.set(row, FLAGS, flags | (fields.isOddTrace ? HAS_ODD_TRACE_ID : 0));
    rows.senders[row] = sender;
    rows.fns[row] = code ?? functionKey(name, '', 0, 0);
    rows.entryPoints[row] = kind > KIND_INTERNAL ? entryPointOfSpan(kind, name, attributes) : undefined;
    rows.dependencies[row] = kind > KIND_INTERNAL ? dependencyOfSpan(kind, name, attributes) : undefined;
    rows.errorTypes[row] = errorTypeOf(hasErrorStatus, attributes, this.exceptionType);
    this.exceptionType = '';
    attributes.clear();
  }
}

/** The only thing that is read of events. */
class ExceptionType implements AttributeSink {
  value = '';
  private readonly words = new WordTable([semconv.EXCEPTION_TYPE]);

  find(bytes: Buffer, start: number, end: number): number {
    return this.words.indexOf(bytes, start, end);
  }

  set(_key: number, value: AttributeValue): void {
    this.value = typeof value === 'string' ? value : '';
  }
}

/** Undefined when it did not fail. Servers need not mark a span of a 5xx answer as failed. */
function errorTypeOf(hasErrorStatus: boolean, attributes: Attributes, exceptionType: string): string | undefined {
  const answer = attributes.get(semconv.HTTP_RESPONSE_STATUS_CODE);
  const isServerError = typeof answer === 'number' && answer >= 500;
  if (!hasErrorStatus && !isServerError) return undefined;
  return capText(
    textAttribute(attributes, semconv.ERROR_TYPE) || exceptionType || (isServerError ? String(answer) : 'Error'),
    MAX_ERROR_TYPE_LENGTH,
  );
}
