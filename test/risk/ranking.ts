/** How well a score tells harmful from harmless: the chance that a harmful one has the larger score (ties: half). */
export function auc(scores: readonly number[], isHarmful: readonly boolean[]): number {
  const ranks = ranksOf(scores);
  const harmful = isHarmful.filter(Boolean).length;
  const harmless = isHarmful.length - harmful;
  if (harmful === 0 || harmless === 0) throw new RangeError('there must be harmful and harmless ones');
  const sum = ranks.reduce((total, rank, i) => total + (isHarmful[i] ? rank : 0), 0);
  return (sum - (harmful * (harmful + 1)) / 2) / (harmful * harmless);
}

/** Spearman's correlation: of ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (a.length + 1) / 2;
  const of = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, it, i) => sum + (it - mean) * ((q[i] ?? 0) - mean), 0);
  return of(x, y) / Math.sqrt(of(x, x) * of(y, y));
}

/** From 1; those that are equal share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
