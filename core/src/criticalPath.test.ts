import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPaths } from './criticalPath.js';
import { brokenTrace, span, wholeTrace } from './criticalPathFixtures.js';
import { traceTimeline } from './criticalPathTimeline.js';
import type { TraceSpan } from './criticalPathTree.js';

const brokenTraces = fc
  .array(fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 }), { maxLength: 20 })
  .map(brokenTrace);
const wholeTraces = fc.array(fc.array(fc.nat(9999), { minLength: 5, maxLength: 5 }), { maxLength: 7 }).map(wholeTrace);

/** Each root's path as `A 0-10, B 10-60`, with the root's origin before it when it is not the trace's own. */
function paths(spans: readonly TraceSpan[]): string[] {
  const timeline = traceTimeline(spans);
  return criticalPaths(timeline).map(({ root, segments }) => {
    const steps = segments.map((each) => `${timeline.spans[each.span]?.id ?? '?'} ${each.fromNanos}-${each.toNanos}`);
    return (root.origin === 'root' ? '' : `${root.origin}: `) + steps.join(', ');
  });
}

const client = { kind: 'client' as const };
const server = { kind: 'server' as const };
const a = span('A', undefined, 0, 100);

const cases: [string, TraceSpan[], string[]][] = [
  ['no spans', [], []],
  ['one span', [a], ['A 0-100']],
  ['a child', [a, span('B', 'A', 10, 60)], ['A 0-10, B 10-60, A 60-100']],
  ['a child that takes all of it', [a, span('B', 'A', 0, 100)], ['B 0-100']],
  ['one after the other, touching', [a, span('B', 'A', 0, 40), span('C', 'A', 40, 90)], ['B 0-40, C 40-90, A 90-100']],
  [
    'a grandchild within a child',
    [a, span('B', 'A', 10, 60), span('C', 'B', 20, 30)],
    ['A 0-10, B 10-20, C 20-30, B 30-60, A 60-100'],
  ],
  [
    'in parallel: the last to finish',
    [a, span('B', 'A', 10, 80), span('C', 'A', 10, 90)],
    ['A 0-10, C 10-90, A 90-100'],
  ],
  [
    'a retry that overlaps the attempt before it',
    [a, span('B', 'A', 10, 50), span('C', 'A', 40, 90)],
    ['A 0-40, C 40-90, A 90-100'],
  ],
  [
    'before the last to finish, the one that had finished by then',
    [a, span('B', 'A', 10, 35), span('C', 'A', 10, 50), span('D', 'A', 40, 90)],
    ['A 0-10, B 10-35, A 35-40, D 40-90, A 90-100'],
  ],
  [
    'equal ends: the one that began first',
    [a, span('C', 'A', 20, 90), span('B', 'A', 10, 90)],
    ['A 0-10, B 10-90, A 90-100'],
  ],
  ['equal in all: the first id', [a, span('C', 'A', 10, 90), span('B', 'A', 10, 90)], ['A 0-10, B 10-90, A 90-100']],
  ['a child that outlives its parent is cut', [a, span('B', 'A', 60, 150)], ['A 0-60, B 60-100']],
  ['a child that begins too early is cut', [a, span('B', 'A', -20, 30)], ['B 0-30, A 30-100']],
  [
    'a child that began after the end is left out, with its children',
    [a, span('B', 'A', 110, 150), span('C', 'B', 20, 30)],
    ['A 0-100'],
  ],
  ['a child that ended before the start is left out', [a, span('B', 'A', -50, -10)], ['A 0-100']],
  [
    'a grandchild is cut where its parent is',
    [a, span('B', 'A', 60, 150), span('C', 'B', 70, 140)],
    ['A 0-60, B 60-70, C 70-100'],
  ],
  ['spans without duration make nobody wait', [a, span('B', 'A', 50, 50), span('C', 'B', 50, 50)], ['A 0-100']],
  ['a span that ends before it starts takes no time', [a, span('B', 'A', 50, 20)], ['A 0-100']],
  ['a root without duration has an empty path', [span('A', undefined, 5, 5), span('B', 'A', 5, 9)], ['']],
  [
    'a server whose clock is ahead goes to the middle of its client',
    [span('A', undefined, 0, 100, client), span('B', 'A', 1000, 1080, server)],
    ['A 0-10, B 10-90, A 90-100'],
  ],
  [
    'what is below a skewed server goes with it',
    [span('A', undefined, 0, 100, client), span('B', 'A', -981, -900, server), span('C', 'B', -971, -961)],
    ['A 0-9, B 9-19, C 19-29, B 29-90, A 90-100'],
  ],
  [
    'a skewed server below a skewed server is measured against its own client',
    [
      span('A', undefined, 0, 100, client),
      span('B', 'A', 1000, 1080, server),
      span('C', 'B', 1010, 1050, client),
      span('D', 'C', 30, 50, server),
    ],
    ['A 0-10, B 10-20, C 20-30, D 30-50, C 50-60, B 60-90, A 90-100'],
  ],
  [
    'a server partly outside its client goes in whole',
    [span('A', undefined, 0, 100, client), span('B', 'A', 40, 120, server)],
    ['A 0-10, B 10-90, A 90-100'],
  ],
  [
    'a server within its client stays',
    [span('A', undefined, 0, 100, client), span('B', 'A', 2, 30, server)],
    ['A 0-2, B 2-30, A 30-100'],
  ],
  [
    'a client that gave up: the server is cut, not moved',
    [span('A', undefined, 0, 100, client), span('B', 'A', 20, 500, server)],
    ['A 0-20, B 20-100'],
  ],
  [
    'a longer server that began too early begins with its client',
    [span('A', undefined, 0, 100, client), span('B', 'A', -20, 90, server)],
    ['B 0-100'],
  ],
  [
    'servers of several attempts are not moved',
    [span('A', undefined, 0, 100, client), span('B', 'A', 200, 250, server), span('C', 'A', 50, 120, server)],
    ['A 0-50, C 50-100'],
  ],
  [
    'a client whose parent ended keeps the server where it is',
    [a, span('B', 'A', 50, 150, client), span('C', 'B', 60, 140, server)],
    ['A 0-50, B 50-60, C 60-100'],
  ],
  [
    'a message: its sender does not wait for the consumer',
    [
      a,
      span('P', 'A', 10, 20, { kind: 'producer' }),
      span('C', 'P', 15, 90, { kind: 'consumer' }),
      span('D', 'C', 30, 40),
    ],
    ['A 0-10, P 10-20, A 20-100', 'consumer: C 15-30, D 30-40, C 40-90'],
  ],
  [
    'a consumer in another service',
    [a, span('C', 'A', 10, 90, { kind: 'consumer' })],
    ['A 0-100', 'consumer: C 10-90'],
  ],
  [
    'a consumer span that its own service waits for',
    [a, span('C', 'A', 10, 90, { kind: 'consumer', service: 'A' })],
    ['A 0-10, C 10-90, A 90-100'],
  ],
  ['several roots, by start', [span('B', undefined, 50, 60), a], ['A 0-100', 'B 50-60']],
  [
    'a parent that is not there',
    [a, span('B', 'X', 10, 20), span('C', 'B', 12, 15)],
    ['A 0-100', 'orphan: B 10-12, C 12-15, B 15-20'],
  ],
  ['an empty parent id is none', [{ ...a, parentId: '' }], ['A 0-100']],
  ['its own parent', [span('A', 'A', 0, 100)], ['cycle: A 0-100']],
  [
    'a circle is cut at its earliest span',
    [span('A', 'C', 10, 90), span('B', 'A', 0, 95), span('C', 'B', 20, 80), span('D', 'C', 30, 40)],
    ['cycle: B 0-20, A 20-80, B 80-95'],
  ],
  [
    'the same id twice: the one that began first',
    [a, span('B', 'A', 30, 50), span('B', 'A', 10, 20)],
    ['A 0-10, B 10-20, A 20-100'],
  ],
  ['times that are no numbers', [a, span('B', 'A', Number.NaN, 50), span('C', 'A', 0, Infinity)], ['A 0-100']],
];

describe('criticalPaths', () => {
  it.each(cases)('%s', (_, spans, expected) => {
    expect(paths(spans)).toEqual(expected);
    expect(paths([...spans].reverse())).toEqual(expected);
  });

  describe('siblings that overlap by a clock’s rounding', () => {
    const root = span('A', undefined, 0, 1000);
    it.each<[string, TraceSpan[], string]>([
      [
        'at most 1 % of the parent: charged once, to the later',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900)],
        'A 0-10, B 10-200, C 200-900, A 900-1000',
      ],
      ['more than 1 %', [span('B', 'A', 10, 211), span('C', 'A', 200, 900)], 'A 0-200, C 200-900, A 900-1000'],
      [
        'a third one begins in between',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900), span('D', 'A', 205, 300)],
        'A 0-200, C 200-900, A 900-1000',
      ],
      [
        'of two that ended since, the first',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900), span('D', 'A', 1, 205)],
        'A 0-1, D 1-200, C 200-900, A 900-1000',
      ],
      [
        'a third one ends just when the later begins',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900), span('D', 'A', 1, 200)],
        'A 0-1, D 1-200, C 200-900, A 900-1000',
      ],
      [
        'a third one ends at the same time',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900), span('D', 'A', 20, 210)],
        'A 0-200, C 200-900, A 900-1000',
      ],
      [
        'the later one is short itself',
        [span('B', 'A', 10, 210), span('C', 'A', 205, 209)],
        'A 0-10, B 10-210, A 210-1000',
      ],
      [
        'what is below the earlier one is cut with it',
        [span('B', 'A', 10, 210), span('C', 'A', 200, 900), span('D', 'B', 150, 210)],
        'A 0-10, B 10-150, D 150-200, C 200-900, A 900-1000',
      ],
    ])('%s', (_, children, expected) => expect(paths([root, ...children])).toEqual([expected]));
  });

  it('counts what it left out', () => {
    const { duplicates, invalid } = traceTimeline([a, a, span('B', 'A', Number.NaN, 1)]);
    expect({ duplicates, invalid }).toEqual({ duplicates: 1, invalid: 1 });
  });

  it('keeps sums exact when a clock is years off', () => {
    const year = 365 * 86_400e9;
    const spans = [
      span('A', undefined, -year, -year + 1000, client),
      span('B', 'A', 3 * year, 3 * year + 500, server),
      span('C', undefined, 0, 9 * year),
    ];
    for (const { durationNanos, segments } of criticalPaths(traceTimeline(spans))) {
      expect(Number.isSafeInteger(durationNanos)).toBe(true);
      expect(segments.reduce((sum, { fromNanos, toNanos }) => sum + toNanos - fromNanos, 0)).toBe(durationNanos);
    }
  });

  it('partitions every root’s interval, whatever the spans', () => {
    fc.assert(
      fc.property(brokenTraces, (spans) => {
        const timeline = traceTimeline(spans);
        const found = criticalPaths(timeline);
        for (const { root, segments, durationNanos } of found) {
          let cursor = timeline.from[root.index];
          let sum = 0;
          for (const { span: index, fromNanos, toNanos } of segments) {
            expect(fromNanos).toBe(cursor);
            expect(toNanos).toBeGreaterThan(fromNanos);
            expect(fromNanos).toBeGreaterThanOrEqual(timeline.from[index] ?? Number.NaN);
            expect(toNanos).toBeLessThanOrEqual(timeline.to[index] ?? Number.NaN);
            cursor = toNanos;
            sum += toNanos - fromNanos;
          }
          expect(cursor).toBe(timeline.to[root.index]);
          expect(sum).toBe(durationNanos);
          const { startNanos, endNanos } = timeline.spans[root.index] ?? span('?', undefined, 0, 0);
          expect(durationNanos).toBe(Math.max(0, endNanos - startNanos));
        }
        expect(new Set(timeline.order).size).toBe(new Set(spans.map(({ id }) => id)).size);
        expect(timeline.order.length + timeline.duplicates).toBe(spans.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of the spans', () => {
    const shuffled = brokenTraces.chain((spans) =>
      fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length, maxLength: spans.length })),
    );
    fc.assert(
      fc.property(shuffled, ([spans, others]) => {
        expect(paths(others)).toEqual(paths(spans));
      }),
      { numRuns: 500 },
    );
  });

  it('equals the plainest reading of the rule, moment by moment', () => {
    fc.assert(
      fc.property(wholeTraces, (spans) => {
        const timeline = traceTimeline(spans);
        const [path] = criticalPaths(timeline);
        const plain = Array.from({ length: 60 }, (_, moment) => blamed(timeline, 0, moment));
        const walked = path?.segments.flatMap((each) =>
          new Array<number>(each.toNanos - each.fromNanos).fill(each.span),
        );
        expect(walked).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, (i: number) => TraceSpan]>([
    ['100,000 children one after the other', (i) => span(`${i}`, '0', i, i + 1)],
    ['100,000 children at once', (i) => span(`${i}`, '0', i % 7, 200_000 - (i % 11))],
    ['100,000 spans within each other', (i) => span(`${i}`, `${i - 1}`, i, 400_000 - i)],
    ['100,000 children that overlap by a rounding', (i) => span(`${i}`, '0', i * 3, i * 3 + 4)],
    ['a circle of 100,000', (i) => span(`${i}`, i === 100_000 ? '1' : `${i + 1}`, i, i + 1)],
  ])('takes %s', (_, child) => {
    const spans = [span('0', undefined, 0, 400_000), ...Array.from({ length: 100_000 }, (__, i) => child(i + 1))];
    const started = Date.now();
    const [path] = criticalPaths(traceTimeline(spans));
    expect(path?.segments.reduce((sum, { fromNanos, toNanos }) => sum + toNanos - fromNanos, 0)).toBe(400_000);
    // Anything quadratic takes minutes.
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

/** Who is to blame for the nanosecond after `moment` while the root waits for `index`: no sorting, no marks, no stack. */
function blamed(timeline: ReturnType<typeof traceTimeline>, index: number, moment: number): number {
  const from = (i: number) => timeline.from[i] ?? 0;
  const to = (i: number) => timeline.to[i] ?? 0;
  const children = [...timeline.parents.keys()].filter((i) => timeline.parents[i] === index && to(i) > from(i));
  const id = (i: number) => timeline.spans[i]?.id ?? '';
  for (let cursor = to(index); ;) {
    const ended = children.filter((i) => to(i) <= cursor);
    const last = Math.max(...ended.map(to));
    const waitedFor = ended
      .filter((i) => to(i) === last)
      .reduce((x, y) => (x === -1 || from(y) < from(x) || (from(y) === from(x) && id(y) < id(x)) ? y : x), -1);
    if (waitedFor === -1 || moment >= last) return index;
    if (moment >= from(waitedFor)) return blamed(timeline, waitedFor, moment);
    cursor = from(waitedFor);
  }
}
