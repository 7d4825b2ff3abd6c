/**
 * The critical path of a trace: which span held up the end, at every moment from the root's start to its end.
 *
 * Walk backwards. The end of a span waited for its child that finished last; the start of that child waited for the sibling
 * that finished last before it, and so on, until no child is left. What lies between is the span's own. Each child is walked in the
 * same way. This is the rule of CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures",
 * USENIX ATC 2022); that it is worth having per function over many traces is the point of Chow et al., "The Mystery
 * Machine" (OSDI 2014) and of Eaton et al., "Distributed Latency Profiling through Critical Path Tracing" (ACM Queue 20(1), 2022).
 *
 * It is exact: segments partition the root's interval, so that their lengths add up to its duration. For a span alone: the
 * awaited children do not overlap, since each ends at or before the start of the one found before it, and lie within the span; the walk gives
 * the span what is between them. By induction over the depth each child's interval is partitioned in turn. And it is critical: a longer
 * segment delays everything found before it, and so the root's end, by as much; time that is not on it can only matter once it grows beyond its slack.
 * Siblings that overlap (retries, hedged or parallel requests) are told apart by who finished last: only that one is charged.
 *
 * Where it differs from CRISP: siblings may overlap by up to 1 % of their parent's duration and still count as one after the other
 * there as here. CRISP charges the overlap to both and takes it from the parent; here it is charged once, to the later one.
 * docs/critical-path.md has the rules for children outside their parents, skewed clocks, messages and partial traces.
 */
import type { TraceSpan, TreeRoot } from './criticalPathTree.js';
import type { Timeline } from './criticalPathTimeline.js';

/** A stretch of a critical path: what the root waited for from one moment to another. */
export interface PathSegment {
  /** Index of the span in its timeline. */
  readonly span: number;
  /** Whole nanoseconds on the root's clock, after the origin of the input. `toNanos` is greater. */
  readonly fromNanos: number;
  readonly toNanos: number;
}

export interface CriticalPath {
  /** Any origin but `root` and `consumer` means that a part of the trace is missing. */
  readonly root: TreeRoot;
  readonly durationNanos: number;
  /** Without gaps, from the root's start to its end; empty when the root took no time. */
  readonly segments: readonly PathSegment[];
}

/** The critical path of each root of a trace, in the order of the roots. */
export function criticalPaths(timeline: Timeline<TraceSpan>): CriticalPath[] {
  return timeline.roots.map((root) => {
    const durationNanos = (timeline.to[root.index] ?? 0) - (timeline.from[root.index] ?? 0);
    return { root, durationNanos, segments: segmentsOf(timeline, root.index) };
  });
}

/** Deep traces would overflow the stack: the walk keeps its own. */
function segmentsOf(timeline: Timeline<TraceSpan>, root: number): PathSegment[] {
  const { from, to, blocking, blockingCounts, childOffsets, awaited } = timeline;
  const segments: PathSegment[] = [];
  const walked = [{ span: root, cursor: to[root] ?? 0, child: childOffsets[root] ?? 0 }];
  for (let place = walked.at(-1); place; place = walked.at(-1)) {
    const { span } = place;
    const end = (childOffsets[span] ?? 0) + (blockingCounts[span] ?? 0);
    while (place.child < end && awaited[blocking[place.child] ?? 0] === 0) place.child++;
    const child = place.child < end ? blocking[place.child++] : undefined;
    const fromNanos = (child === undefined ? from[span] : to[child]) ?? 0;
    if (place.cursor > fromNanos) segments.push({ span, fromNanos, toNanos: place.cursor });
    if (child === undefined) {
      walked.pop();
      continue;
    }
    place.cursor = from[child] ?? 0;
    walked.push({ span: child, cursor: to[child] ?? 0, child: childOffsets[child] ?? 0 });
  }
  return segments.reverse();
}
