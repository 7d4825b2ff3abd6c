/** Lines that were added and taken out, by file; files that are the same are left out. */
export function lineDiff(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Map<string, number> {
  const changed = new Map<string, number>();
  for (const file of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(file) ?? '', after.get(file) ?? ''];
    if (old !== now) changed.set(file, changedLines(old.split('\n'), now.split('\n')));
  }
  return changed;
}

function changedLines(before: readonly string[], after: readonly string[]): number {
  return before.length + after.length - 2 * commonLength(before, after);
}

/** The length of the longest common subsequence. */
export function commonLength(before: readonly string[], after: readonly string[]): number {
  let last = new Uint32Array(after.length + 1);
  for (const line of before) {
    const next = new Uint32Array(after.length + 1);
    after.forEach((other, i) => {
      next[i + 1] = line === other ? (last[i] ?? 0) + 1 : Math.max(last[i + 1] ?? 0, next[i] ?? 0);
    });
    last = next;
  }
  return last.at(-1) ?? 0;
}
