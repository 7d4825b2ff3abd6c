/** OpenTelemetry's span kinds; what has none is `internal`. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What the critical path needs of a span. Links are not among it: a link never makes anyone wait. */
export interface TraceSpan {
  /** Unique in its trace. */
  readonly id: string;
  readonly parentId?: string | undefined;
  /**
   * Nanoseconds after an origin that all spans of the trace share, such as the start of its first span; the origin should
   * be near, so that the numbers are exact. Rounded to whole ones.
   */
  readonly startNanos: number;
  readonly endNanos: number;
  readonly kind: SpanKind;
  readonly service: string;
  /** The function whose time this is, unique within its service. */
  readonly functionKey: string;
}

/**
 * Why a span has no parent to wait for it: it is the trace's `root`; its parent is not in the data (`orphan`: a part of the
 * trace is missing); it is a `consumer` of a message, whose sender did not wait; or it was its own ancestor (`cycle`).
 */
export type RootOrigin = 'root' | 'orphan' | 'consumer' | 'cycle';

export interface TreeRoot {
  /** Index of the root's span. */
  readonly index: number;
  readonly origin: RootOrigin;
  /** Its spans are `order[begin]` to `order[end - 1]`. */
  readonly begin: number;
  readonly end: number;
}

/** The spans of a trace as trees of who may wait for whom. Spans are known by their index. */
export interface SpanTree<S extends TraceSpan> {
  readonly spans: readonly S[];
  /** Index of the parent, -1 for roots. */
  readonly parents: Int32Array;
  /** Ordered by start, then by id. */
  readonly roots: readonly TreeRoot[];
  /** Every index once, tree after tree, parents before children. */
  readonly order: Int32Array;
  /** The children of span `i` are `children[childOffsets[i]]` to `children[childOffsets[i + 1] - 1]`. */
  readonly childOffsets: Int32Array;
  readonly children: Int32Array;
  /** Spans left out because another one has the same id. */
  readonly duplicates: number;
  /** Spans left out because a time of theirs is not a number. */
  readonly invalid: number;
}

/** Links spans into trees, without recursion, in linear time but for sorting the roots; the input's order does not matter. */
export function spanTree<S extends TraceSpan>(input: Iterable<S>): SpanTree<S> {
  const { spans, indexOf, duplicates, invalid } = uniqueSpans(input);
  const parents = new Int32Array(spans.length);
  const origins = new Map<number, RootOrigin>();
  spans.forEach((span, index) => {
    const parent = span.parentId ? indexOf.get(span.parentId) : undefined;
    const parentSpan = parent === undefined ? undefined : spans[parent];
    const origin = parentSpan ? detachment(span, parentSpan) : span.parentId ? 'orphan' : 'root';
    parents[index] = origin || parent === undefined ? -1 : parent;
    if (origin) origins.set(index, origin);
  });
  for (const index of breakCycles(spans, parents)) origins.set(index, 'cycle');

  const { childOffsets, children } = childLists(parents);
  const order = new Int32Array(spans.length);
  let filled = 0;
  const roots = [...origins]
    .sort(([a], [b]) => byStart(at(spans, a), at(spans, b)))
    .map(([index, origin]) => {
      const begin = filled;
      order[filled++] = index;
      for (let next = begin; next < filled; next++) {
        const span = order[next] ?? 0;
        for (let i = childOffsets[span] ?? 0; i < (childOffsets[span + 1] ?? 0); i++)
          order[filled++] = children[i] ?? 0;
      }
      return { index, origin, begin, end: filled };
    });
  return { spans, parents, roots, order, childOffsets, children, duplicates, invalid };
}

function uniqueSpans<S extends TraceSpan>(input: Iterable<S>) {
  const spans: S[] = [];
  const indexOf = new Map<string, number>();
  let duplicates = 0;
  let invalid = 0;
  for (const span of input) {
    if (!Number.isFinite(span.startNanos) || !Number.isFinite(span.endNanos)) {
      invalid++;
      continue;
    }
    const known = indexOf.get(span.id);
    if (known === undefined) {
      indexOf.set(span.id, spans.length);
      spans.push(span);
    } else {
      duplicates++;
      if (byContent(span, at(spans, known)) < 0) spans[known] = span;
    }
  }
  return { spans, indexOf, duplicates, invalid };
}

/** A message's consumer works on its own time: nobody waits for it. */
function detachment(span: TraceSpan, parent: TraceSpan): RootOrigin | undefined {
  const consumes = span.kind === 'consumer' && (parent.kind === 'producer' || parent.service !== span.service);
  return consumes ? 'consumer' : undefined;
}

/** Makes the earliest span of every circle of parents a root, and returns these. */
function breakCycles(spans: readonly TraceSpan[], parents: Int32Array): number[] {
  const broken: number[] = [];
  const walkOf = new Int32Array(spans.length);
  for (let start = 0; start < spans.length; start++) {
    let index = start;
    while (index !== -1 && walkOf[index] === 0) {
      walkOf[index] = start + 1;
      index = parents[index] ?? -1;
    }
    if (index === -1 || walkOf[index] !== start + 1) continue;
    let earliest = index;
    for (let next = parents[index] ?? -1; next !== index; next = parents[next] ?? -1) {
      if (byStart(at(spans, next), at(spans, earliest)) < 0) earliest = next;
    }
    parents[earliest] = -1;
    broken.push(earliest);
  }
  return broken;
}

function childLists(parents: Int32Array): { childOffsets: Int32Array; children: Int32Array } {
  const childOffsets = new Int32Array(parents.length + 1);
  for (const parent of parents) if (parent !== -1) childOffsets[parent + 1] = (childOffsets[parent + 1] ?? 0) + 1;
  for (let i = 0; i < parents.length; i++) childOffsets[i + 1] = (childOffsets[i + 1] ?? 0) + (childOffsets[i] ?? 0);
  const next = childOffsets.slice();
  const children = new Int32Array(childOffsets[parents.length] ?? 0);
  parents.forEach((parent, index) => {
    if (parent === -1) return;
    const place = next[parent] ?? 0;
    children[place] = index;
    next[parent] = place + 1;
  });
  return { childOffsets, children };
}

function byStart(a: TraceSpan, b: TraceSpan): number {
  return a.startNanos - b.startNanos || b.endNanos - a.endNanos || compare(a.id, b.id);
}

/** Orders spans of one id, so that the one that is kept does not depend on which came first. */
function byContent(a: TraceSpan, b: TraceSpan): number {
  return (
    byStart(a, b) ||
    compare(a.parentId ?? '', b.parentId ?? '') ||
    compare(a.kind, b.kind) ||
    compare(a.service, b.service) ||
    compare(a.functionKey, b.functionKey)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no span ${index}`);
  return item;
}
