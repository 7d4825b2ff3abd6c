import type { DependencyKey, EntryPointKey, FunctionKey, Minute } from '../store/model.js';
import type { Sender } from './sender.js';
import { KIND, PARENT, SPAN, START_HIGH, START_LOW, type SpanRows } from './spanRows.js';

/** A span of a trace whose paths are looked for. */
export interface TracedSpan {
  readonly sender: Sender;
  /** 32 hex digits; empty when the trace's id is no such id. */
  readonly traceId: string;
  /** Ids in any injective text; that of the parent is empty where there is none. */
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly fn: FunctionKey;
  /** The minute in which it ended. */
  readonly minute: Minute;
  /** Of a server's or consumer's span. */
  readonly entryPoint: EntryPointKey | undefined;
  /** Of a client's or producer's span. */
  readonly dependency: DependencyKey | undefined;
  readonly seconds: number;
  /** OTLP's span kind. */
  readonly kind: number;
  /** When it began: nanoseconds since the epoch in two halves (model.ts of otlp). */
  readonly startHigh: number;
  readonly startLow: number;
  /** Undefined when it did not fail. */
  readonly errorType: string | undefined;
}

/**
 * A row as an object: for the few spans that are looked at by themselves.
 * @param traceId its trace's id, as `traceIdText` of SpanRows gives it
 */
export function traceSpan(spans: SpanRows, row: number, traceId: string): TracedSpan {
  const fn = spans.fns[row];
  if (!fn) throw new RangeError(`Row ${row} has no function.`);
  return {
    sender: spans.senderOf(row),
    traceId,
    spanId: spans.idText(row, SPAN),
    parentSpanId: spans.idText(row, PARENT),
    fn,
    minute: spans.minute(row),
    entryPoint: spans.entryPoints[row],
    dependency: spans.dependencies[row],
    seconds: spans.nanoseconds(row) / 1e9,
    kind: spans.get(row, KIND),
    startHigh: spans.get(row, START_HIGH) >>> 0,
    startLow: spans.get(row, START_LOW) >>> 0,
    errorType: spans.errorTypes[row],
  };
}
