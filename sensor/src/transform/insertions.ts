import { CLOSE, OPEN } from './injected.js';

/** Pieces to insert into a text, each on the line where it lands. At one offset they keep the order in which they came. */
export class Insertions {
  readonly #pieces: { readonly offset: number; readonly code: string }[] = [];

  add(offset: number, code: string): void {
    this.#pieces.push({ offset, code: OPEN + code + CLOSE });
  }

  /** The text with the pieces in it, and a function from offsets of the original to offsets of the result. */
  apply(text: string): { code: string; shifted: (offset: number) => number } {
    const ordered = this.#pieces.map((piece, order) => ({ ...piece, order }));
    ordered.sort((a, b) => a.offset - b.offset || a.order - b.order);
    const offsets: number[] = [];
    const lengths: number[] = [0];
    let code = '';
    let done = 0;
    let inserted = 0;
    for (const piece of ordered) {
      code += text.slice(done, piece.offset) + piece.code;
      done = piece.offset;
      inserted += piece.code.length;
      offsets.push(piece.offset);
      lengths.push(inserted);
    }
    code += text.slice(done);
    /** Pieces at or before `offset` count as before it. */
    const shifted = (offset: number): number => {
      let low = 0;
      let high = offsets.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((offsets[middle] ?? Infinity) <= offset) low = middle + 1;
        else high = middle;
      }
      return offset + (lengths[low] ?? 0);
    };
    return { code, shifted };
  }
}
