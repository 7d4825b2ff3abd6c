import type { Node } from '@vscode/tree-sitter-wasm';
import type { LocatedFunction } from './sourceFunction.js';

/** A statement at the top of a file with the functions in it. */
interface Statement {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly row: number;
  readonly column: number;
  readonly functions: readonly LocatedFunction[];
}

/**
 * Finds the functions of a text again after an edit by looking only at the statements that the edit touched. For languages in which
 * the functions of a statement at the top of a file depend on nothing around it.
 */
export class StatementCache {
  readonly #find: (statement: Node) => LocatedFunction[];
  #text = '';
  #statements: readonly Statement[] = [];

  constructor(find: (statement: Node) => LocatedFunction[]) {
    this.#find = find;
  }

  /** The functions of a tree's text, in the order of the text. */
  functions(root: Node, text: string): readonly LocatedFunction[] {
    const before = this.#statements;
    const kept = commonEnds(this.#text, text);
    const nodes = root.namedChildren.filter((node) => node !== null);
    // All at once where nothing is known, which is faster than one by one.
    const all = before.length === 0 ? this.#find(root) : undefined;
    let next = 0;
    const foundIn = (node: Node): readonly LocatedFunction[] => {
      if (!all) return this.#find(node);
      const first = next;
      while ((all[next]?.start ?? Infinity) < node.endIndex) next++;
      return all.slice(first, next);
    };
    const fromEnd = before.length - nodes.length;
    const grown = text.length - this.#text.length;
    this.#statements = nodes.map((node, index) => {
      const { type, startIndex: start, endIndex: end, startPosition } = node;
      const { row, column } = startPosition;
      const isAt = (old: Statement | undefined, shift: number) =>
        old?.type === type && old.start + shift === start && old.end + shift === end && old.column === column;
      const same = before[index];
      // One sign more than the statement: what follows at once may belong to it.
      if (same && isAt(same, 0) && end < kept.prefix && !node.hasError) return same;
      const moved = before[index + fromEnd];
      if (moved && isAt(moved, grown) && start > text.length - kept.suffix && !node.hasError) {
        return { ...moved, start, end, row, functions: shifted(moved.functions, row - moved.row, grown) };
      }
      return { type, start, end, row, column, functions: foundIn(node) };
    });
    this.#text = text;
    return this.#statements.flatMap(({ functions }) => functions);
  }
}

function shifted(functions: readonly LocatedFunction[], lines: number, offset: number): readonly LocatedFunction[] {
  if (lines === 0 && offset === 0) return functions;
  return functions.map((own) => ({
    ...own,
    line: own.line + lines,
    endLine: own.endLine + lines,
    start: own.start + offset,
    bodyStart: own.bodyStart + offset,
    end: own.end + offset,
  }));
}

/** How many characters two texts have in common at their beginning, and how many of the rest at their end. */
function commonEnds(a: string, b: string): { readonly prefix: number; readonly suffix: number } {
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (suffix < shorter - prefix && a.charCodeAt(a.length - 1 - suffix) === b.charCodeAt(b.length - 1 - suffix))
    suffix++;
  return { prefix, suffix };
}
