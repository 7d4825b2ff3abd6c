/** W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header. */
export interface TraceParent {
  /** The header as it was received. */
  readonly header: string;
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
}

const pattern = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/;

/** Undefined when the header is not valid. */
export function parseTraceParent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string' || header.length > 512) return undefined;
  const traceId = pattern.exec(header)?.[1];
  return traceId === undefined ? undefined : { header, traceId };
}
