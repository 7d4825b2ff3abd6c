/**
 * Slack: "making this faster saves at most N".
 *
 * N is how much earlier the root would end if the own work of these spans took no time and everything else took as long as it
 * did and waited for what it waited for. (Project planners call this drag. The slack of the Mystery Machine is its counterpart: how much
 * slower something may get before it matters.) The model of who waited for whom:
 *
 * - a child that takes time starts after every sibling that had ended by then (happens-before), and after its parent's start; what lies
 *   between the last of these and its start is the parent's own work, and takes as long as it did;
 * - a span ends when all its children have, plus the own work it did after the last one; a span without children is all own work.
 *
 * With nothing changed this gives back every measured time. Shortening cannot delay anything, so N is never negative; the
 * critical path is a chain of such waits, and shrinks only by the own work that is on it, so N is at most that
 * (`selfNanos`). Less, when something else was nearly as late. Nothing that is not on the path saves anything.
 */
import type { CriticalPath } from './criticalPath.js';
import type { TraceSpan } from './criticalPathTree.js';
import type { Timeline } from './criticalPathTimeline.js';

export interface Saving {
  /** Its own work on the critical path. */
  readonly selfNanos: number;
  /** By how much the root would end earlier if its own work took no time. */
  readonly savesAtMostNanos: number;
  /** False where finding out would have taken too long, and `savesAtMostNanos` is only the bound `selfNanos`. */
  readonly exact: boolean;
}

/** Spans that may be looked at for the savings of one path: a tenth of a second or so. The last owner may exceed it. */
const MAX_SPAN_VISITS = 2_000_000;

/**
 * What each owner on the path could save, by owner; those that are on it longest first, so that what exceeds the limit is what
 * matters least. Spans with equal `ownerOf` are made faster together; pass the span's id for the saving of single spans.
 */
export function pathSavings(
  timeline: Timeline<TraceSpan>,
  path: CriticalPath,
  ownerOf: (span: number) => string,
  maxSpanVisits: number = MAX_SPAN_VISITS,
): Map<string, Saving> {
  const selfOf = new Map<string, number>();
  for (const { span, fromNanos, toNanos } of path.segments) {
    const owner = ownerOf(span);
    selfOf.set(owner, (selfOf.get(owner) ?? 0) + toNanos - fromNanos);
  }
  const savings = new Map<string, Saving>();
  if (selfOf.size === 0) return savings;
  const retime = retiming(timeline, path, ownerOf);
  let spanVisits = 0;
  for (const [owner, selfNanos] of [...selfOf].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    const exact = spanVisits < maxSpanVisits;
    if (!exact) {
      savings.set(owner, { selfNanos, savesAtMostNanos: selfNanos, exact });
      continue;
    }
    const faster = retime(owner);
    spanVisits += faster.spanVisits;
    savings.set(owner, { selfNanos, savesAtMostNanos: path.durationNanos - faster.durationNanos, exact });
  }
  return savings;
}

/** A function that says how long the root takes when one owner's own work takes no time. */
function retiming(timeline: Timeline<TraceSpan>, path: CriticalPath, ownerOf: (span: number) => string) {
  const { from, to, order, parents, childOffsets, blocking, blockingCounts } = timeline;
  const spansOf = new Map<string, number[]>();
  const positions = new Int32Array(timeline.spans.length);
  const durations = new Float64Array(timeline.spans.length);
  for (let i = path.root.begin; i < path.root.end; i++) {
    const span = at(order, i);
    positions[span] = i;
    durations[span] = at(to, span) - at(from, span);
    if (durations[span] === 0) continue;
    const owner = ownerOf(span);
    const spans = spansOf.get(owner);
    if (spans) spans.push(span);
    else spansOf.set(owner, [span]);
  }
  const childrenByStart = new Map<number, Int32Array>();
  const byStart = (span: number): Int32Array => {
    let children = childrenByStart.get(span);
    if (!children) {
      const first = at(childOffsets, span);
      children = blocking.slice(first, first + at(blockingCounts, span));
      if (children.length > 1) children.sort((a, b) => at(from, a) - at(from, b));
      childrenByStart.set(span, children);
    }
    return children;
  };
  const newEnds = new Float64Array(timeline.spans.length);

  /** How long a span takes, from how long its children take. Ends are counted from its own new start. */
  const durationOf = (span: number, faster: boolean): number => {
    const first = at(childOffsets, span);
    let next = first + at(blockingCounts, span) - 1;
    let precedingEnd = at(from, span);
    let precedingNewEnd = 0;
    // Beside the children by start go those that have ended by then, by end: their new ends are known already.
    const passUntil = (moment: number) => {
      for (; next >= first && at(to, at(blocking, next)) <= moment; next--) {
        precedingEnd = at(to, at(blocking, next));
        precedingNewEnd = Math.max(precedingNewEnd, at(newEnds, at(blocking, next)));
      }
    };
    for (const child of byStart(span)) {
      passUntil(at(from, child));
      const ownWork = faster ? 0 : at(from, child) - precedingEnd;
      newEnds[child] = precedingNewEnd + ownWork + at(durations, child);
    }
    passUntil(Infinity);
    return precedingNewEnd + (faster ? 0 : at(to, span) - precedingEnd);
  };

  return (owner: string): { durationNanos: number; spanVisits: number } => {
    const own = new Set(spansOf.get(owner));
    const changed = new Set<number>();
    for (const span of own) {
      for (let above = span; above !== -1 && !changed.has(above); above = at(parents, above)) changed.add(above);
    }
    let spanVisits = 0;
    for (const span of [...changed].sort((a, b) => at(positions, b) - at(positions, a))) {
      durations[span] = durationOf(span, own.has(span));
      spanVisits += 1 + at(blockingCounts, span);
    }
    const durationNanos = at(durations, path.root.index);
    for (const span of changed) durations[span] = at(to, span) - at(from, span);
    return { durationNanos, spanVisits };
  };
}

function at(values: Float64Array | Int32Array, index: number): number {
  return values[index] ?? 0;
}
