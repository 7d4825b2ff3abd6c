/** Longer lists are paired in their order: what is compared grows with the product of both. */
const MAX_COMPARED = 40_000;

/**
 * Which of two lists of calls of the same callee are the same calls, as many as the shorter has: those of equal text in the order of both,
 * the most that there are, and then others as they come. So a call that was put before another is the new one.
 * @returns places in each list, as many in both
 */
export function sameCalls(
  older: readonly string[],
  newer: readonly string[],
): { readonly older: ReadonlySet<number>; readonly newer: ReadonlySet<number> } {
  const [before, after] = [new Set<number>(), new Set<number>()];
  for (const [from, to] of older.length * newer.length > MAX_COMPARED ? [] : equalInOrder(older, newer)) {
    before.add(from);
    after.add(to);
  }
  const count = Math.min(older.length, newer.length);
  for (let place = 0; before.size < count; place++) before.add(place);
  for (let place = 0; after.size < count; place++) after.add(place);
  return { older: before, newer: after };
}

/** The longest common subsequence, the earliest of equal ones. */
function equalInOrder(older: readonly string[], newer: readonly string[]): readonly (readonly [number, number])[] {
  const width = newer.length + 1;
  // How long it is from each pair of places on.
  const lengths = new Int32Array((older.length + 1) * width);
  const at = (from: number, to: number) => lengths[from * width + to] ?? 0;
  for (let from = older.length - 1; from >= 0; from--) {
    for (let to = newer.length - 1; to >= 0; to--) {
      lengths[from * width + to] =
        older[from] === newer[to] ? at(from + 1, to + 1) + 1 : Math.max(at(from + 1, to), at(from, to + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let [from, to] = [0, 0]; from < older.length && to < newer.length;) {
    if (older[from] === newer[to]) pairs.push([from++, to++]);
    else if (at(from + 1, to) >= at(from, to + 1)) from++;
    else to++;
  }
  return pairs;
}
