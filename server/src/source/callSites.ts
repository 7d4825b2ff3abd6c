import type { Node } from '@vscode/tree-sitter-wasm';
import type { LocatedFunction } from './sourceFunction.js';

/** One call in a text. */
export interface CallSite {
  /** The last identifier of what is called: `add` of `this.cart.add(item)`, `Cart` of `new Cart()`. */
  readonly name: string;
  /** 1-based, of the call's first character. */
  readonly line: number;
  /** 0-based offset of the same in UTF-16 code units. */
  readonly start: number;
}

/** Types of call expressions in the grammars that are read, and the fields with what is called. */
const CALLS: ReadonlyMap<string, readonly string[]> = new Map([
  ['call_expression', ['function']],
  ['new_expression', ['constructor']],
  ['call', ['function', 'method']],
  ['method_invocation', ['name']],
  ['object_creation_expression', ['type']],
  ['invocation_expression', ['function']],
  ['function_call_expression', ['function']],
  ['member_call_expression', ['name']],
  ['nullsafe_member_call_expression', ['name']],
  ['scoped_call_expression', ['name']],
]);

const MAX_CALLEE_LENGTH = 500;

/**
 * The calls in a function's own text, without those of functions that are nested in it, in the order of the text.
 * @param nested the functions that begin within it
 */
export function findCallSites(root: Node, own: LocatedFunction, nested: readonly LocatedFunction[]): CallSite[] {
  const around = root.namedDescendantForIndex(own.start, Math.max(own.start, own.end - 1));
  if (!around) return [];
  const isOwn = (start: number) =>
    start >= own.start && start < own.end && !nested.some((inner) => start >= inner.start && start < inner.end);
  return around
    .descendantsOfType([...CALLS.keys()])
    .flatMap((node) => {
      if (!node || !isOwn(node.startIndex)) return [];
      const name = calleeName(node);
      return name === undefined ? [] : [{ name, line: node.startPosition.row + 1, start: node.startIndex }];
    })
    .sort((a, b) => a.start - b.start);
}

function calleeName(node: Node): string | undefined {
  const fields = CALLS.get(node.type) ?? [];
  // PHP names the class of `new` in no field.
  const callee =
    fields.map((field) => node.childForFieldName(field)).find((found) => found !== null) ??
    (node.type === 'object_creation_expression' ? node.namedChildren[0] : null);
  if (!callee || callee.endIndex - callee.startIndex > MAX_CALLEE_LENGTH) return undefined;
  return /([\p{L}\p{N}_$]+[!?]?)\s*(?:<[^()]*>)?$/u.exec(callee.text)?.[1];
}
