/**
 * Splits a whole `total` in proportion to `weights` into whole parts that add up to it (largest remainder, ties to the
 * earlier). All zeros when the weights add up to zero.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum <= 0) return weights.map(() => 0);
  const shares = weights.map((weight, index) => {
    const exact = (total * weight) / sum;
    return { index, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = total - shares.reduce((a, { whole }) => a + whole, 0);
  const parts = shares.map(({ whole }) => whole);
  for (const { index } of [...shares].sort((a, b) => b.rest - a.rest || a.index - b.index)) {
    if (left-- <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
  }
  return parts;
}
