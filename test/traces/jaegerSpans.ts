import type { SpanKind, TraceSpan } from '@hindcast/core/criticalPathTree';

/** What is used of a trace in Jaeger's JSON. Times are microseconds. */
export interface JaegerTrace {
  readonly spans: readonly {
    readonly spanID: string;
    readonly operationName: string;
    readonly references?: readonly { readonly refType: string; readonly spanID: string }[];
    readonly startTime: number;
    readonly duration: number;
    readonly processID: string;
    readonly tags?: readonly { readonly key: string; readonly value: unknown }[];
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string } | undefined>>;
}

const kinds: readonly string[] = ['internal', 'server', 'client', 'producer', 'consumer'] satisfies SpanKind[];

/** FOLLOWS_FROM is a link: the span that it names did not wait. */
export function jaegerSpans({ spans, processes }: JaegerTrace): TraceSpan[] {
  const origin = Math.min(...spans.map(({ startTime }) => startTime));
  return spans.map(({ spanID, operationName, references, startTime, duration, processID, tags }) => {
    const kind = tags?.find(({ key }) => key === 'span.kind')?.value;
    return {
      id: spanID,
      parentId: references?.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
      startNanos: (startTime - origin) * 1000,
      endNanos: (startTime - origin + duration) * 1000,
      kind: typeof kind === 'string' && kinds.includes(kind) ? (kind as SpanKind) : 'internal',
      service: processes[processID]?.serviceName ?? processID,
      functionKey: operationName,
    };
  });
}
