import { bare, child, children, identifierText, isFunction, list, type SyntaxNode } from '../transform/syntax.js';
import { assignedName, callbackName } from './dottedPath.js';

/** A function of a file, named and placed as docs/naming.md says. Offsets are UTF-16 code units into the text. */
export interface NamedFunction {
  readonly node: SyntaxNode;
  readonly name: string;
  /** Where it stands: its name token, or its first token. */
  readonly offset: number;
}

/** What the surroundings say about a node that has no name of its own. */
type Hint =
  /** It initialises, or is assigned to, something of that name: names functions, classes and object literals. */
  | { readonly kind: 'value'; readonly name: string }
  /** It is a method: the name token is the key. */
  | { readonly kind: 'method'; readonly name: string; readonly offset: number }
  /** Names functions only: callbacks, `<iife>`, `<return>`. */
  | { readonly kind: 'label'; readonly name: string };

const RETURNED: Hint = { kind: 'label', name: '<return>' };
const NAMING_ASSIGNMENTS = new Set(['=', '||=', '&&=', '??=']);

/** What is known of the source of a program that was compiled. */
export interface SourceNames {
  /** Undefined for a function that a compiler added. */
  functionAt(node: SyntaxNode, offset: number): unknown;
  /** The name that an identifier had; undefined where that is not known. */
  nameOf(identifier: SyntaxNode): string | undefined;
}

/**
 * Every function of a program, outer before inner. Functions that a compiler added are listed too, but add nothing to the names of
 * what is inside them.
 */
export function functionNames(text: string, program: SyntaxNode, source?: SourceNames): NamedFunction[] {
  const found: NamedFunction[] = [];
  const inside = (path: string, segment: string): string => (path === '' ? segment : `${path}.${segment}`);

  const nameOf = (identifier: SyntaxNode | undefined): string | undefined =>
    (identifier && source?.nameOf(identifier)) ?? identifierText(identifier);

  function visitAll(nodes: readonly SyntaxNode[], path: string, hint?: Hint): void {
    for (const node of nodes) visit(node, path, hint);
  }

  function visitFunction(node: SyntaxNode, path: string, hint: Hint | undefined): void {
    const id = child(node, 'id');
    const offset = id?.start ?? (hint?.kind === 'method' ? hint.offset : node.start);
    const isCounted = !source || source.functionAt(node, offset) !== undefined;
    const name = isCounted ? inside(path, nameOf(id) ?? hint?.name ?? '<anonymous>') : path;
    found.push({ node, name, offset });
    visitAll(list(node, 'params'), name);
    const body = child(node, 'body');
    if (body) visit(body, name, node['expression'] === true ? RETURNED : undefined);
  }

  function visitClass(node: SyntaxNode, path: string, hint: Hint | undefined): void {
    const own = nameOf(child(node, 'id')) ?? (hint?.kind === 'value' ? hint.name : '<class>');
    const name = inside(path, own);
    const heritage = child(node, 'superClass');
    if (heritage) visit(heritage, name);
    const body = child(node, 'body');
    if (body) visitAll(list(body, 'body'), name);
  }

  /** A method, accessor, field or property: its key and value. */
  function visitMember(node: SyntaxNode, path: string): void {
    const key = child(node, 'key');
    const value = child(node, 'value');
    if (key && node['computed'] === true) visit(key, path);
    if (!value) return;
    const name = key ? keyName(node, key, nameOf) : '[computed]';
    const isMethod = node.type === 'MethodDefinition' || node['method'] === true;
    const accessor = node['kind'] === 'get' || node['kind'] === 'set' ? `${node['kind']} ` : '';
    if (isMethod || accessor !== '') {
      visit(value, path, { kind: 'method', name: accessor + name, offset: keyOffset(text, node, key ?? node) });
    } else visit(value, path, { kind: 'value', name });
  }

  function visit(node: SyntaxNode, path: string, hint?: Hint): void {
    if (isFunction(node)) return visitFunction(node, path, hint);
    const named = (target: SyntaxNode | undefined): Hint | undefined => {
      const name = target?.type === 'Identifier' ? nameOf(target) : undefined;
      // webpack keeps its modules in an object; it is no part of anyone's source.
      return name === undefined || name === '__webpack_modules__' ? undefined : { kind: 'value', name };
    };
    const both = (left: string, right: string, rightHint: Hint | undefined): void => {
      const [a, b] = [child(node, left), child(node, right)];
      if (a) visit(a, path);
      if (b) visit(b, path, rightHint);
    };
    switch (node.type) {
      case 'ClassDeclaration':
      case 'ClassExpression':
        return visitClass(node, path, hint);
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        return visitAll(children(node), path, hint);
      case 'ObjectExpression': {
        const inner = hint?.kind === 'value' ? inside(path, hint.name) : path;
        for (const member of list(node, 'properties')) {
          if (member.type === 'Property') visitMember(member, inner);
          else visit(member, inner);
        }
        return;
      }
      case 'MethodDefinition':
      case 'PropertyDefinition':
        return visitMember(node, path);
      case 'VariableDeclarator':
        return both('id', 'init', named(child(node, 'id')));
      case 'AssignmentPattern':
        return both('left', 'right', named(child(node, 'left')));
      case 'AssignmentExpression': {
        const left = child(node, 'left');
        const naming = left && NAMING_ASSIGNMENTS.has(String(node['operator']));
        const name = naming ? assignedName(left) : undefined;
        return both('left', 'right', name === undefined ? undefined : { kind: 'value', name });
      }
      case 'ReturnStatement':
        return visitAll(children(node), path, RETURNED);
      case 'CallExpression':
      case 'NewExpression': {
        const callee = child(node, 'callee');
        const isInvoked = node.type === 'CallExpression' && callee && isFunction(bare(callee));
        if (callee) visit(callee, path, isInvoked ? { kind: 'label', name: '<iife>' } : undefined);
        // esbuild's helper that keeps names stands between a function and what names it.
        if (isNameKeeper(node)) return visitAll(list(node, 'arguments'), path, hint);
        const name = callbackName(node);
        return visitAll(list(node, 'arguments'), path, name === undefined ? undefined : { kind: 'label', name });
      }
      case 'ExportDefaultDeclaration':
        return visitAll(children(node), path, { kind: 'value', name: 'default' });
      default:
        return visitAll(children(node), path);
    }
  }

  visit(program, '');
  return found;
}

/** `__name(() => {}, "f")` */
function isNameKeeper(call: SyntaxNode): boolean {
  const [, name, ...more] = list(call, 'arguments');
  return (
    /^__name\d*$/.test(identifierText(child(call, 'callee')) ?? '') && name?.type === 'Literal' && more.length === 0
  );
}

function keyName(member: SyntaxNode, key: SyntaxNode, nameOf: (identifier: SyntaxNode) => string | undefined): string {
  if (member['computed'] === true) return '[computed]';
  // Compilers change the names of private members only.
  if (key.type === 'PrivateIdentifier') return nameOf(key) ?? '#';
  return identifierText(key) ?? String(key['bigint'] ?? key['value']);
}

/** The key's first token: for a computed key its `[`, which acorn does not keep. */
function keyOffset(text: string, member: SyntaxNode, key: SyntaxNode): number {
  if (member['computed'] !== true) return key.start;
  const before = text
    .slice(member.start, key.start)
    .replace(/\/\*[^]*?\*\/|\/\/[^\n\r]*/g, (s) => ' '.repeat(s.length));
  return member.start + before.lastIndexOf('[');
}
