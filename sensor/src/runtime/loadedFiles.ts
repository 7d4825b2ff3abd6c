import type { Ownership } from '../transform/instrument.js';

/** Finds the function that a place of an instrumented file belongs to. */
export class LoadedFiles {
  readonly #files = new Map<string, { readonly starts: Int32Array; readonly ids: Int32Array }>();

  /** `script` is the name that stack frames give: a path, or a file URL for modules. `ids`: by index of the function. */
  add(script: string, ownership: Ownership, ids: Int32Array): void {
    this.#files.set(script, {
      starts: Int32Array.from(ownership.start),
      ids: Int32Array.from(ownership.owner, (index) => ids[index] ?? -1),
    });
  }

  has(script: string): boolean {
    return this.#files.has(script);
  }

  /** Function id; -1 in code of the file that is in no observed function; undefined when the file is not ours. */
  ownerOf(script: string, offset: number): number | undefined {
    const file = this.#files.get(script);
    if (!file) return undefined;
    let low = 0;
    let high = file.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((file.starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return file.ids[low] ?? -1;
  }
}
