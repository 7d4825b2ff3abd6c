import { bare, child, identifierText, type SyntaxNode } from '../transform/syntax.js';

/** A chain of names at the end of an expression, outermost first; `whole` when nothing stands before it. */
interface DottedPath {
  readonly names: string[];
  readonly whole: boolean;
}

function dottedPath(expression: SyntaxNode): DottedPath {
  const names: string[] = [];
  let node = bare(expression);
  while (node.type === 'MemberExpression' && node['computed'] !== true) {
    const name = identifierText(child(node, 'property'));
    const object = child(node, 'object');
    if (name === undefined || !object) return { names, whole: false };
    names.unshift(name);
    node = bare(object);
  }
  if (node.type === 'ThisExpression' && names.length > 0) names.unshift('this');
  else if (node.type === 'Identifier') names.unshift(String(node['name']));
  else return { names, whole: false };
  return { names, whole: true };
}

/** The name that an assignment to `target` gives to an anonymous function; undefined where it gives none. */
export function assignedName(target: SyntaxNode): string | undefined {
  const { names, whole } = dottedPath(target);
  if (!whole) return undefined;
  return names
    .join('.')
    .replace(/^(?:module\.exports|exports|this)\./, '')
    .replace(/\.prototype(?=\.|$)/g, '');
}

const LONGEST_ARGUMENT = 60;

/** The name of an anonymous function that is passed to `call` (a call or a `new`); undefined for a nameless callee. */
export function callbackName(call: SyntaxNode): string | undefined {
  const callee = child(call, 'callee');
  if (!callee) return undefined;
  const { names } = dottedPath(callee);
  if (names.length === 0) return undefined;
  const [first] = Array.isArray(call['arguments']) ? (call['arguments'] as SyntaxNode[]) : [];
  const text = first && literalText(first);
  const argument = text !== undefined && text.length <= LONGEST_ARGUMENT ? ` "${text}"` : '';
  return `<${call.type === 'NewExpression' ? 'new ' : ''}${names.join('.')}${argument}>`;
}

function literalText(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node['quasis'] as { value: { cooked: string | null } }[];
  return quasis.length === 1 ? (quasis[0]?.value.cooked ?? undefined) : undefined;
}
