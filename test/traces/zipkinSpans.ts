import type { SpanKind, TraceSpan } from '@hindcast/core/criticalPathTree';

/** What is used of a span in Zipkin's v2 JSON. Times are microseconds. */
export interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly kind?: 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: { readonly serviceName?: string };
  readonly shared?: boolean;
}

/**
 * Client and server may share one id there (B3): the server gets one of its own below the client's, and what its service did
 * under that id is its child. A span without a duration takes none.
 */
export function zipkinSpans(spans: readonly ZipkinSpan[]): TraceSpan[] {
  const serviceOf = (span: ZipkinSpan) => span.localEndpoint?.serviceName ?? '';
  const clients = new Set(spans.filter(({ kind }) => kind === 'CLIENT').map(({ id }) => id));
  const serverIds = new Map<string, string>();
  for (const span of spans) {
    const isHalf = span.kind === 'SERVER' && clients.has(span.id);
    if (isHalf) serverIds.set(span.id, serviceOf(span));
  }
  const origin = Math.min(...spans.flatMap(({ timestamp }) => timestamp ?? []));
  return spans.map((span) => {
    const { id, parentId, kind, timestamp = origin, duration = 0, name } = span;
    const isHalf = kind === 'SERVER' && clients.has(id);
    const belowServer = parentId !== undefined && serverIds.get(parentId) === serviceOf(span);
    return {
      id: isHalf ? `${id}/server` : id,
      parentId: isHalf ? id : belowServer ? `${parentId}/server` : parentId,
      startNanos: (timestamp - origin) * 1000,
      endNanos: (timestamp - origin + duration) * 1000,
      kind: (kind?.toLowerCase() ?? 'internal') as SpanKind,
      service: serviceOf(span),
      functionKey: name ?? '',
    };
  });
}
