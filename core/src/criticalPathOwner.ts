import type { TraceSpan } from './criticalPathTree.js';
import type { Timeline } from './criticalPathTimeline.js';

/** A function of a service, as `TraceSpan` names it. */
export interface ServiceFunction {
  readonly service: string;
  readonly functionKey: string;
}

/**
 * Whose a span's own time is. A client span does not work, it waits for the network and for the other side's queue: its own time
 * belongs to the edge from the calling function to the one that is called, never to the caller's code. `via` is the client span's own
 * key; the `callee` is absent when nothing in the trace tells who answered, such as a database.
 */
export type PathOwner =
  | ({ readonly type: 'function' } & ServiceFunction)
  | {
      readonly type: 'edge';
      readonly caller: ServiceFunction;
      readonly callee?: ServiceFunction;
      readonly via: ServiceFunction;
    };

/** The owner of a span's own time. */
export function pathOwner(timeline: Timeline<TraceSpan>, index: number): PathOwner {
  const span = functionOf(timeline, index);
  if (timeline.spans[index]?.kind !== 'client') return { type: 'function', ...span };
  let above = timeline.parents[index] ?? -1;
  while (above !== -1 && timeline.spans[above]?.kind === 'client') above = timeline.parents[above] ?? -1;
  const callee = firstServer(timeline, index);
  return {
    type: 'edge',
    caller: above === -1 ? span : functionOf(timeline, above),
    ...(callee === undefined ? {} : { callee: functionOf(timeline, callee) }),
    via: span,
  };
}

/** A string that two owners share exactly when they are the same. */
export function ownerKey(owner: PathOwner): string {
  const functions = owner.type === 'function' ? [owner] : [owner.caller, owner.callee, owner.via];
  return JSON.stringify(functions.map((each) => (each ? [each.service, each.functionKey] : null)));
}

/** Of several attempts the earliest: they go to one place, and the answer must not depend on the order of the data. */
function firstServer(timeline: Timeline<TraceSpan>, client: number): number | undefined {
  const { spans, children, childOffsets, from } = timeline;
  const servers = [...children.subarray(childOffsets[client], childOffsets[client + 1])].filter(
    (child) => spans[child]?.kind === 'server',
  );
  const rank = (index: number) => from[index] ?? 0;
  servers.sort((a, b) => rank(a) - rank(b) || ((spans[a]?.id ?? '') < (spans[b]?.id ?? '') ? -1 : 1));
  return servers[0];
}

function functionOf(timeline: Timeline<TraceSpan>, index: number): ServiceFunction {
  const span = timeline.spans[index];
  if (!span) throw new RangeError(`no span ${index}`);
  return { service: span.service, functionKey: span.functionKey };
}
