import { spanTree, type SpanTree, type TraceSpan } from './criticalPathTree.js';

/** How a span's times had to be changed before its parent could have waited for it. */
export type Adjustment = 'none' | 'clamped' | 'outside' | 'shifted';

/**
 * When each span of a trace can have been waited for by its parent, on the clock of its root: a child lies within its parent,
 * whatever its own clock said.
 */
export interface Timeline<S extends TraceSpan> extends SpanTree<S> {
  /** Start and end of each span, whole nanoseconds; equal when nobody can have waited for it. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Children that take time, by end, the last to finish first. Laid out as `children` is. */
  readonly blocking: Int32Array;
  /** How many of a span's children take time. */
  readonly blockingCounts: Int32Array;
  /** 1 for a child that its parent waited for: the last to finish, the last to finish before that one began, and so on. */
  readonly awaited: Uint8Array;
  readonly adjustments: readonly Adjustment[];
}

/** Spans longer than this, or further from the trace's origin, are cut: sums and differences of times stay exact. 26 days. */
const MAX_NANOS = 2 ** 51;
/** Two siblings still count as one after the other when they overlap by at most this share of their parent's duration. */
const OVERLAP_TOLERANCE = 0.01;

/**
 * Puts the spans of one trace on one clock. From the root downwards:
 *
 * - the only server span of a client span that is not within it had another clock: it moves, with all below it, to the middle of
 *   the client span when it fits there (what is left on both sides is network and queue), to its start when it is longer and
 *   began too early;
 * - a child is cut where its parent begins and ends (`clamped`); nothing is left of one that ran wholly before or after
 *   (`outside`);
 * - a sibling that ended just after its successor began is cut there (see `chooseAwaited`).
 */
export function traceTimeline<S extends TraceSpan>(input: Iterable<S>): Timeline<S> {
  const tree = spanTree(input);
  const { spans, order, childOffsets, children } = tree;
  const own = ownIntervals(spans);
  const from = own.from.slice();
  const to = own.to.slice();
  const shifts = new Float64Array(spans.length);
  const blocking = new Int32Array(children.length);
  const blockingCounts = new Int32Array(spans.length);
  const awaited = new Uint8Array(spans.length);
  const adjustments = new Array<Adjustment>(spans.length).fill('none');
  const byEnd = (a: number, b: number) =>
    at(to, b) - at(to, a) || at(from, a) - at(from, b) || ((spans[a]?.id ?? '') < (spans[b]?.id ?? '') ? -1 : 1);

  for (const index of order) {
    const begin = at(childOffsets, index);
    const end = at(childOffsets, index + 1);
    if (begin === end) continue;
    const spanFrom = at(from, index);
    const spanTo = at(to, index);
    const server = loneServer(tree, index);
    let filled = begin;
    for (let i = begin; i < end; i++) {
      const child = at(children, i);
      const skew = child === server ? skewOf(own, index, child, at(shifts, index)) : 0;
      const shift = at(shifts, index) + skew;
      shifts[child] = shift;
      own.from[child] = at(own.from, child) + shift;
      own.to[child] = at(own.to, child) + shift;
      from[child] = Math.max(spanFrom, Math.min(spanTo, at(own.from, child)));
      to[child] = Math.max(spanFrom, Math.min(spanTo, at(own.to, child)));
      adjustments[child] = skew === 0 ? adjustmentOf(own, index, child) : 'shifted';
      if (at(to, child) > at(from, child)) blocking[filled++] = child;
    }
    blockingCounts[index] = filled - begin;
    const siblings = blocking.subarray(begin, filled);
    if (siblings.length > 1) siblings.sort(byEnd);
    chooseAwaited(siblings, (spanTo - spanFrom) * OVERLAP_TOLERANCE, from, to, awaited);
  }
  return { ...tree, from, to, blocking, blockingCounts, awaited, adjustments };
}

interface Intervals {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** What the spans say of themselves, cut to what can be calculated with. One that ends before it starts takes no time. */
function ownIntervals(spans: readonly TraceSpan[]): Intervals {
  const from = new Float64Array(spans.length);
  const to = new Float64Array(spans.length);
  spans.forEach(({ startNanos, endNanos }, index) => {
    const start = Math.max(-MAX_NANOS, Math.min(MAX_NANOS, Math.round(startNanos)));
    from[index] = start;
    to[index] = start + Math.max(0, Math.min(MAX_NANOS, Math.round(endNanos) - Math.round(startNanos)));
  });
  return { from, to };
}

/** The one server span among the children of a client span; -1 when there is none, or several, as retries give. */
function loneServer(tree: SpanTree<TraceSpan>, index: number): number {
  if (tree.spans[index]?.kind !== 'client') return -1;
  let found = -1;
  for (let i = at(tree.childOffsets, index); i < at(tree.childOffsets, index + 1); i++) {
    const child = at(tree.children, i);
    if (tree.spans[child]?.kind !== 'server') continue;
    if (found !== -1) return -1;
    found = child;
  }
  return found;
}

/** By how much a lone server's clock was off, as far as its client span tells. `shift` is its client's own. */
function skewOf(own: Intervals, client: number, server: number, shift: number): number {
  const clientFrom = at(own.from, client);
  const clientTo = at(own.to, client);
  const serverFrom = at(own.from, server) + shift;
  const serverTo = at(own.to, server) + shift;
  if (serverFrom >= clientFrom && serverTo <= clientTo) return 0;
  const room = clientTo - clientFrom - (serverTo - serverFrom);
  if (room >= 0) return clientFrom + Math.floor(room / 2) - serverFrom;
  // Longer than its client: the client gave up, or did not wait. A request still cannot be served before it is made.
  return Math.max(0, clientFrom - serverFrom);
}

function adjustmentOf(own: Intervals, parent: number, child: number): Adjustment {
  const from = at(own.from, child);
  const to = at(own.to, child);
  if (from >= at(own.from, parent) && to <= at(own.to, parent)) return 'none';
  return to <= at(own.from, parent) || from >= at(own.to, parent) ? 'outside' : 'clamped';
}

/**
 * Marks the siblings (ordered by end, last first) that their parent waited for, one after the other, from the last one
 * backwards. Clocks round: a sibling that ended at most `tolerance` after its successor began still preceded it when
 * nothing else began or ended in between, and is cut at the successor's start.
 */
function chooseAwaited(
  siblings: Int32Array,
  tolerance: number,
  from: Float64Array,
  to: Float64Array,
  awaited: Uint8Array,
): void {
  let starts: Float64Array | undefined;
  let cursor = Infinity;
  siblings.forEach((child, i) => {
    const end = at(to, child);
    if (end > cursor) {
      if (end - cursor > tolerance) return;
      const before = siblings[i - 1];
      const after = siblings[i + 1];
      if (before !== undefined && at(to, before) <= end) return;
      if (after !== undefined && at(to, after) >= cursor) return;
      starts ??= Float64Array.from(siblings, (sibling) => at(from, sibling)).sort();
      if (firstAfter(starts, end) - firstAtOrAfter(starts, cursor) !== 1) return;
      to[child] = cursor;
    }
    awaited[child] = 1;
    cursor = at(from, child);
  });
}

/** How many of the sorted values are below `value`. */
function firstAtOrAfter(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(sorted, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the sorted values, all of them whole, are at or below `value`. */
function firstAfter(sorted: Float64Array, value: number): number {
  return firstAtOrAfter(sorted, value + 1);
}

function at(values: Float64Array | Int32Array | Uint8Array, index: number): number {
  return values[index] ?? 0;
}
