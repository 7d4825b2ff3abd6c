/**
 * The p-values adjusted so that taking all that are at most q as findings makes at most a share q of the findings false, in
 * expectation (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). It holds for independent tests and for those that err together.
 * In the order of the input, each at least its p-value and at most 1. A p-value that is not a number counts as 1.
 */
export function adjustedPValues(pValues: readonly number[]): number[] {
  const ranked = pValues
    .map((p, index) => ({ p: Number.isNaN(p) ? 1 : Math.min(1, Math.max(0, p)), index }))
    .sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 1;
  ranked.forEach(({ p, index }, above) => {
    const rank = pValues.length - above;
    least = Math.min(least, (p * pValues.length) / rank);
    adjusted[index] = least;
  });
  return adjusted;
}
