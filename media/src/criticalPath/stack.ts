import type { PathPart } from '@hindcast/proto/webviewMessages';

/** A piece of the whole time: from and to are shares 0..1. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** Indexes in the parts; several where they are too small to be seen alone. */
  readonly parts: readonly number[];
}

/** Lays the parts side by side, largest first; those under `smallest` become one segment at the end. */
export function stackParts(parts: readonly PathPart[], smallest: number): readonly Segment[] {
  const order = parts
    .map(({ share }, index) => ({ share: Math.max(0, share), index }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const segments: Segment[] = [];
  let at = 0;
  for (const { share, index } of order.filter((part) => part.share >= smallest)) {
    segments.push({ from: at, to: Math.min(1, at + share), parts: [index] });
    at += share;
  }
  const small = order.filter((part) => part.share < smallest);
  if (small.length > 0) {
    const sum = small.reduce((total, { share }) => total + share, 0);
    segments.push({ from: Math.min(1, at), to: Math.min(1, at + sum), parts: small.map(({ index }) => index) });
  }
  return segments;
}
