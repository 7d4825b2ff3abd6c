import type { Node } from '@vscode/tree-sitter-wasm';

/** Longest first argument that becomes part of a callback's name (docs/naming.md). */
const MAX_ARGUMENT_CHARACTERS = 60;

/** Nodes that only wrap an expression: naming looks through them. */
export const transparentTypes: ReadonlySet<string> = new Set([
  'parenthesized_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
]);

/** The expression inside parentheses, `as`, `satisfies`, `!` and type assertions. */
export function unwrap(node: Node): Node {
  let current = node;
  while (transparentTypes.has(current.type)) {
    const children = current.namedChildren.filter((child) => child !== null && child.type !== 'comment');
    // `<T>x` has its type first, the others have it last.
    const inner = current.type === 'type_assertion' ? children.at(-1) : children[0];
    if (!inner) return current;
    current = inner;
  }
  return current;
}

/** The segment of a property, method or field key. */
export function keyName(key: Node): string {
  switch (key.type) {
    case 'computed_property_name':
      return '[computed]';
    case 'string':
      return stringValue(key);
    case 'number':
      return String(Number(key.text.replaceAll('_', '')));
    default:
      return key.text;
  }
}

/** The name that an assignment gives to what it assigns; undefined when the target has none. */
export function assignedName(target: Node): string | undefined {
  const left = unwrap(target);
  if (left.type === 'identifier') return left.text;
  const parts = memberPath(left, true);
  if (!parts) return undefined;
  if (parts[0] === 'module' && parts[1] === 'exports' && parts.length > 2) parts.splice(0, 2);
  else if (parts[0] === 'exports' && parts.length > 1) parts.shift();
  else if (parts[0] === 'this') parts.shift();
  const kept = parts.filter((part, index) => index === 0 || part !== 'prototype');
  return kept.length > 0 ? kept.join('.') : undefined;
}

/** The label of an anonymous function passed to a call or to `new`: `<app.get "/x">`. */
export function callbackLabel(callee: Node, args: Node, isNew: boolean): string {
  const inner = unwrap(callee);
  const path = inner.type === 'identifier' ? [inner.text] : memberPath(inner, false);
  if (!path || path.length === 0) return '<anonymous>';
  const first = args.namedChildren.find((child) => child !== null && child.type !== 'comment');
  const text = first ? literalText(first) : undefined;
  const argument = text !== undefined && text.length <= MAX_ARGUMENT_CHARACTERS ? ` "${text}"` : '';
  return `<${isNew ? 'new ' : ''}${path.join('.')}${argument}>`;
}

/**
 * The dotted identifiers at the end of a member expression. With `whole`, undefined when something before them is not an
 * identifier (`f().x`); without, only what follows that.
 */
function memberPath(node: Node, whole: boolean): string[] | undefined {
  const parts: string[] = [];
  let current = node;
  while (current.type === 'member_expression') {
    const property = current.childForFieldName('property');
    const object = current.childForFieldName('object');
    if (!property || !object) return undefined;
    parts.unshift(property.text);
    current = unwrap(object);
  }
  if (parts.length === 0) return undefined;
  if (current.type === 'identifier' || current.type === 'this') parts.unshift(current.text);
  else if (whole) return undefined;
  return parts;
}

function literalText(node: Node): string | undefined {
  const inner = unwrap(node);
  if (inner.type === 'string') return stringValue(inner);
  if (inner.type !== 'template_string') return undefined;
  return inner.namedChildren.some((child) => child?.type === 'template_substitution') ? undefined : stringValue(inner);
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
  '\n': '',
};

/** The value of a string or template literal without substitutions. */
function stringValue(node: Node): string {
  const raw = node.text.slice(1, -1);
  return raw.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|([\s\S]))/g,
    (_, point?: string, unit?: string, byte?: string, other?: string) => {
      const code = point ?? unit ?? byte;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      return other === undefined ? '' : (SIMPLE_ESCAPES[other] ?? other);
    },
  );
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
