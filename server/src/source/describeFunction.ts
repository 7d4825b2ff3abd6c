import type { Node } from '@vscode/tree-sitter-wasm';
import { bodyHash } from './contentHash.js';
import type { LocatedFunction } from './sourceFunction.js';

/**
 * A function as its syntax tree has it.
 * @param at the token that marks its place: its name, else its first token
 */
export function describeFunction(node: Node, body: Node, name: string, at: Node): LocatedFunction {
  return {
    name,
    line: at.startPosition.row + 1,
    column: at.startPosition.column + 1,
    // A body that ends with a line break would end at the next line's column 0.
    endLine: body.endPosition.column === 0 ? body.endPosition.row : body.endPosition.row + 1,
    bodyHash: bodyHash(body.text),
    start: node.startIndex,
    bodyStart: body.startIndex,
    end: body.endIndex,
  };
}
