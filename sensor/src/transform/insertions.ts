import { CLOSE, OPEN } from './injected.js';

/**
 * What to put into a text, without the ids of the functions, which are known only when it runs. Plain data: a recipe is kept on
 * disk and used again for the same text.
 */
export interface Recipe {
  /** Where each piece goes: offsets into the original text, ascending. */
  readonly offsets: readonly number[];
  /** The pieces, with `#k#` for the id of the k-th observed function. */
  readonly pieces: readonly string[];
  /** From `ownedFrom[i]` of the original text on, code belongs to observed function `owners[i]`, or to none (-1). */
  readonly ownedFrom: readonly number[];
  readonly owners: readonly number[];
}

/** What stands where in an instrumented text. Offsets are UTF-16 code units into it. */
export interface CodeMap {
  /** From `ownedFrom[i]` on, code belongs to the function with id `owners[i]`, or to none (-1). */
  readonly ownedFrom: Int32Array;
  readonly owners: Int32Array;
  /** The pieces that are not of the original: `pieceStarts[i]` to `pieceEnds[i]`. */
  readonly pieceStarts: Int32Array;
  readonly pieceEnds: Int32Array;
  /** Length of the original text. */
  readonly originalLength: number;
}

/** Pieces to insert into a text, each on the line where it lands. At one offset they keep the order in which they came. */
export class Insertions {
  readonly #pieces: { readonly offset: number; readonly code: string; readonly order: number }[] = [];

  add(offset: number, code: string): void {
    this.#pieces.push({ offset, code: OPEN + code + CLOSE, order: this.#pieces.length });
  }

  inOrder(): Pick<Recipe, 'offsets' | 'pieces'> {
    const ordered = this.#pieces.toSorted((a, b) => a.offset - b.offset || a.order - b.order);
    return { offsets: ordered.map(({ offset }) => offset), pieces: ordered.map(({ code }) => code) };
  }
}

/** The piece with the ids of the functions, which it has between number signs and nowhere else. */
function withIds(piece: string, firstId: number): string {
  const parts = piece.split('#');
  let code = parts[0] ?? '';
  for (let i = 2; i < parts.length; i += 2) code += String(firstId + Number(parts[i - 1])) + (parts[i] ?? '');
  return code;
}

/** Follows a recipe; `firstId` is the id of observed function 0. */
export function assemble(text: string, recipe: Recipe, firstId: number): { code: string; map: CodeMap } {
  const { offsets, pieces, ownedFrom, owners } = recipe;
  const pieceStarts = new Int32Array(pieces.length);
  const pieceEnds = new Int32Array(pieces.length);
  const ownedInCode = new Int32Array(ownedFrom.length);
  let code = '';
  let done = 0;
  let inserted = 0;
  let edge = 0;
  /** Pieces at an edge's own offset count as before it. */
  const placeEdges = (before: number): void => {
    for (; edge < ownedFrom.length && (ownedFrom[edge] ?? 0) < before; edge++)
      ownedInCode[edge] = (ownedFrom[edge] ?? 0) + inserted;
  };
  for (let i = 0; i < pieces.length; i++) {
    const offset = offsets[i] ?? 0;
    placeEdges(offset);
    const piece = withIds(pieces[i] ?? '', firstId);
    code += text.slice(done, offset) + piece;
    done = offset;
    pieceStarts[i] = offset + inserted;
    inserted += piece.length;
    pieceEnds[i] = offset + inserted;
  }
  placeEdges(Infinity);
  const map: CodeMap = {
    ownedFrom: ownedInCode,
    owners: Int32Array.from(owners, (owner) => (owner < 0 ? -1 : firstId + owner)),
    pieceStarts,
    pieceEnds,
    originalLength: text.length,
  };
  return { code: code + text.slice(done), map };
}
