import type { LinkSpan } from './spanLinker.js';

/** Fewer are searched one by one. */
const MANY = 12;

/** The spans of one trace, in the order in which they came, found by id. */
export class TraceSpans {
  readonly spans: LinkSpan[] = [];
  private byId: Map<string, LinkSpan> | undefined;

  find(spanId: string): LinkSpan | undefined {
    if (this.byId) return this.byId.get(spanId);
    for (const span of this.spans) if (span.spanId === spanId) return span;
    return undefined;
  }

  add(span: LinkSpan): void {
    this.spans.push(span);
    if (this.byId) this.byId.set(span.spanId, span);
    else if (this.spans.length > MANY) this.byId = new Map(this.spans.map((it) => [it.spanId, it]));
  }
}

/** The trace in a map by trace id; made when it is not there. */
export function traceOf(traces: Map<string, TraceSpans>, traceId: string): TraceSpans {
  let trace = traces.get(traceId);
  if (!trace) traces.set(traceId, (trace = new TraceSpans()));
  return trace;
}
