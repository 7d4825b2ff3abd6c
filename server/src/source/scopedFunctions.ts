import type { Node } from '@vscode/tree-sitter-wasm';
import { describeFunction } from './describeFunction.js';
import type { LocatedFunction } from './sourceFunction.js';

/** A namespace, a type, a function, or the file: what names are qualified with. */
export interface Scope {
  readonly kind: 'file' | 'type' | 'function';
  /** Qualified, as functions directly in it begin; empty for nothing. */
  readonly name: string;
  /** The nearest type around, or the file. */
  readonly type: Scope | undefined;
  /** Functions without a name so far. */
  anonymous: number;
  /** Types without a name so far. */
  anonymousTypes: number;
}

/** A function's qualified name. */
export interface NamedFunction {
  readonly name: string;
  /** Its name token. */
  readonly at?: Node | null;
  /** From which number on functions without a name in it are counted; 0 when absent. */
  readonly firstAnonymous?: number;
}

/** How one language names its functions. Rules and sources: docs/naming.md. */
export interface NamingRules {
  /** What the whole file is in: a package or a namespace. */
  readonly fileScope: (root: Node) => string;
  /** The qualified name of what a node encloses when it is a type or a namespace. */
  readonly typeName: (node: Node, outer: Scope) => string | undefined;
  /** The qualified name of a function, and its name token where it has one. */
  readonly functionName: (node: Node, outer: Scope) => NamedFunction | undefined;
  /** Whether a part of a function, such as its parameters, belongs to what is around it. */
  readonly isOutside?: (part: Node) => boolean;
  /** The body, when it is not the field `body`. */
  readonly bodyOf?: (node: Node) => Node | null;
}

/** Finds functions by a language's rules: every one that has a body, in the order of the text. */
export function scopedFunctions(rules: NamingRules): (root: Node) => LocatedFunction[] {
  return (root) => {
    const found: LocatedFunction[] = [];
    const file: Scope = { kind: 'file', name: rules.fileScope(root), type: undefined, anonymous: 0, anonymousTypes: 0 };
    // A list instead of recursion: generated code nests deeper than the stack.
    const visits: { node: Node; scope: Scope }[] = [{ node: root, scope: file }];
    for (let visit = visits.pop(); visit; visit = visits.pop()) {
      const { node, scope } = visit;
      let inner = scope;
      const body = rules.bodyOf ? rules.bodyOf(node) : node.childForFieldName('body');
      const own = body && rules.functionName(node, scope);
      if (own) {
        found.push(describeFunction(node, body, own.name, own.at ?? node));
        inner = {
          kind: 'function',
          name: own.name,
          type: scope.kind === 'function' ? scope.type : scope,
          anonymous: own.firstAnonymous ?? 0,
          anonymousTypes: 0,
        };
      } else {
        const name = rules.typeName(node, scope);
        if (name !== undefined) inner = { kind: 'type', name, type: undefined, anonymous: 0, anonymousTypes: 0 };
      }
      for (const child of node.namedChildren.toReversed()) {
        if (child) visits.push({ node: child, scope: own && rules.isOutside?.(child) ? scope : inner });
      }
    }
    return found;
  };
}

/** The text of a field; undefined when the node has none. */
export function field(node: Node, name: string): string | undefined {
  return node.childForFieldName(name)?.text;
}

/** Joins what is not empty. */
export function qualified(outer: string, separator: string, name: string): string {
  return outer === '' ? name : `${outer}${separator}${name}`;
}
