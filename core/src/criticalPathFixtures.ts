/** Traces for tests. They are made of plain numbers, so that a property test can draw and shrink these. */
import type { SpanKind, TraceSpan } from './criticalPathTree.js';

/** `span('B', 'A', 10, 60)` is span B, child of A, of a function and a service of its own name. */
export function span(
  id: string,
  parentId: string | undefined,
  from: number,
  to: number,
  more: Partial<TraceSpan> = {},
): TraceSpan {
  return { id, parentId, startNanos: from, endNanos: to, kind: 'internal', service: id, functionKey: id, ...more };
}

const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];

/**
 * One whole trace of 60 ns: children anywhere around their parents, four functions f0 to f3, times that often coincide. Each
 * row makes a span of five numbers: parent, start, length, function, kind.
 */
export function wholeTrace(rows: readonly (readonly number[])[]): TraceSpan[] {
  return [
    span('0', undefined, 0, 60, { functionKey: 'f0' }),
    ...rows.map(([parent = 0, start = 0, length = 0, owner = 0, kind = 0], i) => {
      const from = (start % 66) - 5;
      const more = { functionKey: `f${owner % 4}`, kind: kinds[kind % 4] ?? 'internal' };
      return span(`${i + 1}`, `${parent % (i + 1)}`, from, from + (length % 61), more);
    }),
  ];
}

/**
 * What may arrive: missing parents, circles, the same id twice, messages, spans that end before they start. Each row makes a
 * span of six numbers: id, parent, start, length, kind, service.
 */
export function brokenTrace(rows: readonly (readonly number[])[]): TraceSpan[] {
  return rows.map(([id = 0, parent = 0, start = 0, length = 0, kind = 0, service = 0]) => {
    const from = (start % 550) - 50;
    const more = { kind: kinds[kind % 5] ?? 'internal', service: `s${service % 3}`, functionKey: `f${id % 4}` };
    const parentId = parent % 4 === 0 ? undefined : `${parent % 15}`;
    return span(`${id % 13}`, parentId, from, from + (length % 420) - 20, more);
  });
}
