import { parse } from 'acorn';

/** An acorn node seen generically. Fields beyond `type`, `start` and `end` depend on the type: read them by `child`/`list`. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export type SourceKind = 'commonjs' | 'module';

/** Parses JavaScript of any edition that acorn knows. Throws SyntaxError (or RangeError on extreme nesting). */
export function parseProgram(text: string, kind: SourceKind): SyntaxNode {
  const program = parse(text, {
    ecmaVersion: 'latest',
    sourceType: kind,
    allowHashBang: true,
    preserveParens: true,
  });
  return program as unknown as SyntaxNode;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The single child in `field`, or undefined where the grammar allows none. */
export function child(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The children in `field`; array holes are left out. */
export function list(node: SyntaxNode, field: string): SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** All direct children, in the order of the source as acorn stores them. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const field in node) {
    const value = node[field];
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) found.push(item);
  }
  return found;
}

export function isFunction(node: SyntaxNode): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

/** The text of an identifier or private identifier, `#` included; undefined for other nodes. */
export function identifierText(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === 'Identifier') return String(node['name']);
  if (node?.type === 'PrivateIdentifier') return `#${String(node['name'])}`;
  return undefined;
}

/** Looks through parentheses and optional chains. */
export function bare(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.type === 'ParenthesizedExpression' || inner.type === 'ChainExpression') {
    const next = child(inner, 'expression');
    if (!next) break;
    inner = next;
  }
  return inner;
}
