import { endOf, type TextEdit } from './textEdit.js';
import type { LocatedFunction } from './sourceFunction.js';

/**
 * The functions of a text, moved along with edits of that text: where they are now as long as it was not parsed again. What was
 * deleted as a whole is undefined; what was written anew is not there.
 */
export class MovedFunctions {
  #functions: readonly (LocatedFunction | undefined)[];

  constructor(functions: readonly LocatedFunction[]) {
    this.#functions = functions;
  }

  /** As many as there were, in their order. */
  get functions(): readonly (LocatedFunction | undefined)[] {
    return this.#functions;
  }

  edit(edit: TextEdit): void {
    this.#functions = this.#functions.map((own) => own && moved(own, edit));
  }
}

function moved(own: LocatedFunction, edit: TextEdit): LocatedFunction | undefined {
  const { startIndex, oldEndIndex, newText } = edit;
  if (own.end <= startIndex) return own;
  if (startIndex < oldEndIndex && startIndex <= own.start && oldEndIndex >= own.end) return undefined;
  const newEnd = endOf(edit);
  const offset = (at: number) =>
    at >= oldEndIndex ? at + newText.length - (oldEndIndex - startIndex) : Math.min(at, startIndex);
  const rows = newEnd.row - edit.oldEndPosition.row;
  return {
    ...own,
    ...movedPlace(own, edit, newEnd),
    endLine: own.end > oldEndIndex ? own.endLine + rows : newEnd.row + 1,
    start: offset(own.start),
    bodyStart: offset(own.bodyStart),
    end: offset(own.end),
  };
}

function movedPlace(
  { line, column }: LocatedFunction,
  { startPosition, oldEndPosition }: TextEdit,
  newEnd: TextEdit['startPosition'],
): { readonly line: number; readonly column: number } {
  const at = { row: line - 1, column: column - 1 };
  if (isBefore(at, startPosition)) return { line, column };
  if (isBefore(at, oldEndPosition)) return { line: startPosition.row + 1, column: startPosition.column + 1 };
  const rows = newEnd.row - oldEndPosition.row;
  const columns = at.row === oldEndPosition.row ? newEnd.column - oldEndPosition.column : 0;
  return { line: line + rows, column: column + columns };
}

function isBefore(a: TextEdit['startPosition'], b: TextEdit['startPosition']): boolean {
  return a.row < b.row || (a.row === b.row && a.column < b.column);
}
