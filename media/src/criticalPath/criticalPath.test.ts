import type { Example, PathPart, WaterfallSpan } from '@hindcast/proto/webviewMessages';
import { describe, expect, it } from 'vitest';
import { stackParts } from './stack.js';
import { waterfallRows } from './waterfall.js';

const part = (share: number): PathPart => ({
  label: 'f',
  detail: '',
  role: 'function',
  place: null,
  share,
  selfSeconds: 0,
  savesAtMostSeconds: 0,
  traces: 1,
});

const span = (depth: number, startSeconds: number | null, durationSeconds: number): WaterfallSpan => ({
  label: 's',
  detail: '',
  place: null,
  depth,
  startSeconds,
  durationSeconds,
});

const example = (durationSeconds: number, ...spans: WaterfallSpan[]): Example => ({
  label: '',
  traceId: '',
  atMs: 0,
  durationSeconds,
  errorType: '',
  version: '',
  spans,
});

describe('the stack of parts', () => {
  it('fills the whole, largest first, and keeps the small ones together', () => {
    const segments = stackParts([part(0.3), part(0.002), part(0.695), part(0.003)], 0.01);
    expect(segments.map(({ parts }) => parts)).toEqual([[2], [0], [3, 1]]);
    expect(segments[0]?.from).toBe(0);
    expect(segments.at(-1)?.to).toBeCloseTo(1);
    for (const [index, { from }] of segments.entries()) if (index > 0) expect(from).toBe(segments[index - 1]?.to);
  });

  it('has no room for parts without a share', () => {
    expect(stackParts([part(0), part(-1)], 0.01)).toEqual([]);
  });
});

describe('the waterfall', () => {
  it('places spans by their beginning', () => {
    const { rows, seconds } = waterfallRows(example(2, span(0, 0, 2), span(1, 0.5, 1)));
    expect(seconds).toBe(2);
    expect(rows[1]).toMatchObject({ left: 0.25, width: 0.5, isPlaced: true });
  });

  it('puts a span of unknown beginning where its caller begins, and says so', () => {
    const { rows } = waterfallRows(example(2, span(0, 0.5, 1), span(1, null, 0.5), span(2, null, 0.1)));
    expect(rows.map(({ left }) => left)).toEqual([0.25, 0.25, 0.25]);
    expect(rows[2]?.isPlaced).toBe(false);
  });

  it('grows with what outlives the call', () => {
    const { rows, seconds } = waterfallRows(example(1, span(0, 0, 1), span(1, 0.5, 1.5)));
    expect(seconds).toBe(2);
    expect(Math.max(...rows.map(({ left, width }) => left + width))).toBeLessThanOrEqual(1);
  });
});
