import type { CodeMap } from '../transform/insertions.js';

/** Knows what stands where in instrumented files, by the names that stack frames give them: a path, or a URL for modules. */
export class LoadedFiles {
  readonly #maps = new Map<string, CodeMap>();

  add(script: string, map: CodeMap): void {
    this.#maps.set(script, map);
  }

  mapOf(script: string): CodeMap | undefined {
    return this.#maps.get(script);
  }

  /** The script that brought the function with this id; undefined when none did. */
  scriptOf(id: number): string | undefined {
    for (const [script, { owners }] of this.#maps) if (owners.includes(id)) return script;
    return undefined;
  }

  /** Function id; -1 in code of the file that is in no observed function; undefined when the file is not ours. */
  ownerOf(script: string, offset: number): number | undefined {
    const map = this.#maps.get(script);
    return map && (map.owners[lastAtMost(map.ownedFrom, offset)] ?? -1);
  }

  /**
   * The column in the original text of a place in the instrumented one, both 1-based; undefined when the file is not ours. `offset`
   * is the place's offset in the instrumented text. Lines are the same in both.
   */
  originalColumn(script: string, offset: number, column: number): number | undefined {
    const map = this.#maps.get(script);
    if (!map) return undefined;
    const { pieceStarts, pieceEnds } = map;
    const lineStart = offset - column + 1;
    let original = column;
    for (let i = lastAtMost(pieceStarts, offset); i >= 0; i--) {
      const start = pieceStarts[i] ?? 0;
      if (start < lineStart || start > offset) break;
      // A place inside a piece counts as the end of what is before it.
      original -= Math.min(pieceEnds[i] ?? 0, offset) - start;
    }
    return original;
  }
}

/** Index of the last element that is not greater than `value`; 0 when there is none. */
function lastAtMost(ascending: Int32Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
