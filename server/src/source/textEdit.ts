import type { Point } from '@vscode/tree-sitter-wasm';

/** One replacement of a text range. Positions are 0-based, columns in UTF-16 code units. */
export interface TextEdit {
  readonly startIndex: number;
  readonly startPosition: Point;
  readonly oldEndIndex: number;
  readonly oldEndPosition: Point;
  readonly newText: string;
}

/** Where the new text of an edit ends. */
export function endOf({ startPosition, newText }: TextEdit): Point {
  const { row, column } = startPosition;
  const lastBreak = newText.lastIndexOf('\n');
  if (lastBreak < 0) return { row, column: column + newText.length };
  return { row: row + newText.split('\n').length - 1, column: newText.length - lastBreak - 1 };
}
