/** Calls a minute, given calls over an observed time. Zero when nothing was observed. */
export function perMinute(calls: number, observedSeconds: number): number {
  return observedSeconds > 0 ? (calls * 60) / observedSeconds : 0;
}

/** Failed share of calls, 0..1; zero when there were none. Errors can outnumber calls at a window's edge: capped at 1. */
export function errorRate(errors: number, calls: number): number {
  return calls > 0 ? Math.min(1, errors / calls) : 0;
}

/**
 * Splits a whole `total` in proportion to `weights`, into whole parts that add up to it: largest remainder, ties to the
 * earlier one. All zeros when the weights add up to zero.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum <= 0 || total <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  let left = total - parts.reduce((a, b) => a + b, 0);
  const order = exact
    .map((value, i) => [value - Math.floor(value), i] as const)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, i] of order) {
    if (left-- <= 0) break;
    parts[i] = (parts[i] ?? 0) + 1;
  }
  return parts;
}
