import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPaths } from './criticalPath.js';
import { span, wholeTrace } from './criticalPathFixtures.js';
import { traceTimeline, type Timeline } from './criticalPathTimeline.js';
import type { TraceSpan } from './criticalPathTree.js';
import { pathSavings } from './slack.js';

const wholeTraces = fc.array(fc.array(fc.nat(9999), { minLength: 5, maxLength: 5 }), { maxLength: 7 }).map(wholeTrace);

function savingsOf(spans: readonly TraceSpan[], maxSpanVisits?: number) {
  const timeline = traceTimeline(spans);
  const path = only(criticalPaths(timeline));
  return pathSavings(timeline, path, (index) => timeline.spans[index]?.functionKey ?? '?', maxSpanVisits);
}

const a = span('A', undefined, 0, 100);

describe('pathSavings', () => {
  it.each<[string, TraceSpan[], Record<string, number>]>([
    ['one span: all of it', [a], { A: 100 }],
    ['a span and its child: each its own', [a, span('B', 'A', 10, 60)], { A: 50, B: 50 }],
    ['one after the other', [a, span('B', 'A', 0, 40), span('C', 'A', 40, 90)], { A: 10, B: 40, C: 50 }],
    ['in parallel: until the other is the last', [a, span('B', 'A', 0, 80), span('C', 'A', 0, 90)], { A: 10, C: 10 }],
    ['in parallel, much longer than the other', [a, span('B', 'A', 0, 5), span('C', 'A', 0, 90)], { A: 10, C: 85 }],
    [
      'a retry: no less than the attempt that it overlaps',
      [a, span('B', 'A', 10, 50), span('C', 'A', 40, 100)],
      { A: 40, C: 50 },
    ],
    [
      'one that must wait for two: the second to finish limits what the first saves',
      [a, span('B', 'A', 0, 30), span('C', 'A', 0, 50), span('D', 'A', 50, 100)],
      { C: 20, D: 50 },
    ],
    [
      'the same function twice is made faster twice',
      [a, span('B', 'A', 0, 40, { functionKey: 'f' }), span('C', 'A', 40, 90, { functionKey: 'f' })],
      { A: 10, f: 90 },
    ],
    [
      'the same function in parallel with itself',
      [a, span('B', 'A', 0, 80, { functionKey: 'f' }), span('C', 'A', 0, 90, { functionKey: 'f' })],
      { A: 10, f: 90 },
    ],
    [
      'own work of a parent beside a child that runs',
      [a, span('B', 'A', 0, 60), span('C', 'A', 50, 100)],
      { A: 40, C: 40 },
    ],
    [
      'what is not on the path saves nothing and is not listed',
      [a, span('B', 'A', 0, 90), span('C', 'A', 1, 9)],
      { A: 10, B: 81 },
    ],
  ])('%s', (_, spans, expected) => {
    const savings = savingsOf(spans);
    expect(Object.fromEntries([...savings].map(([owner, saving]) => [owner, saving.savesAtMostNanos]))).toEqual(
      expected,
    );
    expect([...savings.values()].every(({ exact }) => exact)).toBe(true);
  });

  it('equals the brute force, and is never negative nor more than its own time on the path', () => {
    fc.assert(
      fc.property(wholeTraces, (spans) => {
        const timeline = traceTimeline(spans);
        const owner = (index: number) => timeline.spans[index]?.functionKey ?? '?';
        const path = only(criticalPaths(timeline));
        const savings = pathSavings(timeline, path, owner);
        const graph = waits(timeline);
        expect(longest(graph)).toBe(path.durationNanos);
        for (const key of ['f0', 'f1', 'f2', 'f3']) {
          const faster = graph.map((wait) => (owner(wait.worker) === key ? { ...wait, nanos: 0 } : wait));
          const { savesAtMostNanos, selfNanos } = savings.get(key) ?? { savesAtMostNanos: 0, selfNanos: 0 };
          expect(savesAtMostNanos).toBe(path.durationNanos - longest(faster));
          expect(savesAtMostNanos).toBeGreaterThanOrEqual(0);
          expect(savesAtMostNanos).toBeLessThanOrEqual(selfNanos);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with the path: a longer segment of it delays the end by as much', () => {
    fc.assert(
      fc.property(wholeTraces, fc.integer({ min: 1, max: 20 }), (spans, slower) => {
        const timeline = traceTimeline(spans);
        const path = only(criticalPaths(timeline));
        const graph = waits(timeline);
        for (const { span: worker, fromNanos, toNanos } of path.segments) {
          const isSegment = (wait: Wait) =>
            wait.worker === worker && wait.doneNanos === toNanos && wait.nanos === toNanos - fromNanos;
          expect(graph.some(isSegment)).toBe(true);
          expect(longest(graph.map((wait) => (isSegment(wait) ? { ...wait, nanos: wait.nanos + slower } : wait)))).toBe(
            path.durationNanos + slower,
          );
        }
      }),
    );
  });

  it('falls back to the bound where it may not look at enough spans, the smallest first', () => {
    const spans = [a, span('B', 'A', 0, 80), span('C', 'A', 0, 90)];
    expect([...savingsOf(spans, 3)]).toEqual([
      ['C', { selfNanos: 90, savesAtMostNanos: 10, exact: true }],
      ['A', { selfNanos: 10, savesAtMostNanos: 10, exact: false }],
    ]);
    expect(savingsOf(spans, 0).get('C')).toEqual({ selfNanos: 90, savesAtMostNanos: 90, exact: false });
  });

  it('has nothing to save where no time was taken', () => expect(savingsOf([span('A', undefined, 5, 5)]).size).toBe(0));

  it('takes 100,000 functions one after the other in bounded time', () => {
    const children = Array.from({ length: 100_000 }, (_, i) => span(`${i}`, 'A', i, i + 1));
    const savings = savingsOf([{ ...a, endNanos: 100_000 }, ...children]);
    expect(savings.size).toBe(100_000);
    expect([...savings.values()].filter(({ exact }) => exact)).toHaveLength(20);
  });
});

/** One thing happens `nanos` after another, through work of the span `worker`; measured, it was done at `doneNanos`. */
interface Wait {
  readonly before: string;
  readonly after: string;
  readonly nanos: number;
  readonly worker: number;
  readonly doneNanos: number;
}

/** The model of slack.ts as a list of who waits for whom, written down from its definition. */
function waits(timeline: Timeline<TraceSpan>): Wait[] {
  const from = (i: number) => timeline.from[i] ?? 0;
  const to = (i: number) => timeline.to[i] ?? 0;
  return [...timeline.spans.keys()]
    .filter((i) => to(i) > from(i))
    .flatMap((parent) => {
      const children = [...timeline.spans.keys()].filter((i) => timeline.parents[i] === parent && to(i) > from(i));
      const workAfter = (preceding: number[], after: string, doneNanos: number): Wait[] => {
        const since = Math.max(from(parent), ...preceding.map(to));
        const befores = preceding.length > 0 ? preceding.map((i) => `end ${i}`) : [`start ${parent}`];
        return befores.map((before) => ({ before, after, nanos: doneNanos - since, worker: parent, doneNanos }));
      };
      return [
        ...children.flatMap((child) =>
          workAfter(
            children.filter((i) => to(i) <= from(child)),
            `start ${child}`,
            from(child),
          ),
        ),
        ...workAfter(children, `end ${parent}`, to(parent)),
      ];
    });
}

/** The longest way from the start of span 0 to its end, by trying all of them. */
function longest(graph: readonly Wait[], until = 'end 0'): number {
  if (until === 'start 0') return 0;
  return Math.max(
    ...graph.filter(({ after }) => after === until).map((wait) => longest(graph, wait.before) + wait.nanos),
  );
}

function only<T>(items: readonly T[]): T {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error(`${items.length} items instead of one`);
  return item;
}
