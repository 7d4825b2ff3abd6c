import type { Example, WaterfallSpan } from '@hindcast/proto/webviewMessages';

/** A bar of the waterfall: shares 0..1 of the whole call. */
export interface WaterfallRow {
  readonly span: WaterfallSpan;
  readonly left: number;
  readonly width: number;
  /** Its beginning is not known; it is drawn where it can have been at the earliest. */
  readonly isPlaced: boolean;
}

/** One row for each span, in order. What ends after the call, such as work that nobody awaited, makes the whole longer. */
export function waterfallRows({ spans, durationSeconds }: Example): { rows: WaterfallRow[]; seconds: number } {
  const begins: number[] = [];
  const starts = spans.map(({ startSeconds, depth }) => {
    const start = startSeconds ?? begins[depth - 1] ?? 0;
    begins[depth] = start;
    begins.length = depth + 1;
    return Math.max(0, start);
  });
  const ends = spans.map((span, index) => (starts[index] ?? 0) + span.durationSeconds);
  const seconds = Math.max(durationSeconds, ...ends, Number.EPSILON);
  const rows = spans.map((span, index) => ({
    span,
    left: (starts[index] ?? 0) / seconds,
    width: span.durationSeconds / seconds,
    isPlaced: span.startSeconds !== null,
  }));
  return { rows, seconds };
}
