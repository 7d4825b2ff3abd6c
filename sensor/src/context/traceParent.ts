import { randomFillSync } from 'node:crypto';

/** W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header. */
export interface TraceParent {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** Two hex digits; the lowest bit says that the caller records the trace. */
  readonly flags: string;
}

const pattern = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-([\da-f]{2})(?:$|-)/;

/** Undefined when the header is not valid. */
export function parseTraceParent(header: unknown): TraceParent | undefined {
  const match = typeof header === 'string' && header.length <= 512 ? pattern.exec(header) : null;
  return match?.[1] === undefined || match[2] === undefined ? undefined : { traceId: match[1], flags: match[2] };
}

/** A trace that begins here. It says that it is recorded, because the opposite would make others record nothing. */
export function newTrace(): TraceParent {
  return { traceId: randomHex(16), flags: '01' };
}

/** The header for a call within `trace`, with a span id of its own. */
export function traceParentHeader({ traceId, flags }: TraceParent): string {
  return `00-${traceId}-${randomHex(8)}-${flags}`;
}

const pool = Buffer.alloc(4096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + bytes);
  used += bytes;
  return /^0+$/.test(hex) ? randomHex(bytes) : hex;
}
