import type { Node } from '@vscode/tree-sitter-wasm';
import { field, qualified, type NamingRules, type Scope } from './scopedFunctions.js';

/** `__qualname__`: `A.m`, `f.<locals>.g`, `f.<locals>.<lambda>`. */
export const pythonRules: NamingRules = {
  fileScope: () => '',
  typeName: (node, outer) =>
    node.type === 'class_definition' ? within(outer, '.<locals>.', '.', field(node, 'name')) : undefined,
  functionName(node, outer) {
    if (node.type !== 'function_definition' && node.type !== 'lambda') return undefined;
    const at = node.childForFieldName('name');
    const name = at?.text ?? '<lambda>';
    if (outer.kind === 'function' && isGlobal(node, name)) return { name, at };
    return { name: within(outer, '.<locals>.', '.', name) ?? '', at };
  },
  // Default values are made where the function is made.
  isOutside: (part) => part.type === 'parameters' || part.type === 'lambda_parameters',
};

/** Whether the block around a function says `global` of its name. */
function isGlobal(node: Node, name: string): boolean {
  const block = node.parent?.type === 'decorated_definition' ? node.parent.parent : node.parent;
  const statements = block?.namedChildren.filter((one) => one?.type === 'global_statement') ?? [];
  return statements.some((statement) => statement?.namedChildren.some((one) => one?.text === name));
}

/** Labels of Ruby 3.4 backtraces: `Shop::Order#total`, `Shop::Order.find`, `block in Shop::Order#total`. */
export const rubyRules: NamingRules = {
  fileScope: () => '',
  typeName(node, outer) {
    if (node.type === 'singleton_class') return `${outer.name}.`;
    if (node.type !== 'class' && node.type !== 'module') return undefined;
    return qualified(typeOf(outer).replace(/\.$/, ''), '::', field(node, 'name') ?? '');
  },
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    const type = typeOf(outer);
    // `class << self` makes methods of the class itself.
    if (node.type === 'method')
      return {
        name: type.endsWith('.')
          ? `${type}${at?.text ?? ''}`
          : qualified(type === '' ? 'Object' : type, '#', at?.text ?? ''),
        at,
      };
    if (node.type === 'singleton_method') return { name: qualified(type.replace(/\.$/, ''), '.', at?.text ?? ''), at };
    const isBlock = (node.type === 'block' || node.type === 'do_block') && node.parent?.type !== 'lambda';
    if (!isBlock && node.type !== 'lambda') return undefined;
    return { name: blockName(outer) };
  },
};

/** `block in f`, `block (2 levels) in f`, `block in <main>`. */
function blockName(outer: Scope): string {
  const [, levels, around] = /^block (?:\((\d+) levels\) )?in (.*)$/s.exec(outer.name) ?? [];
  if (around !== undefined) return `block (${Number(levels ?? 1) + 1} levels) in ${around}`;
  if (outer.kind === 'function') return `block in ${outer.name}`;
  return `block in ${outer.name === '' ? '<main>' : `<class:${outer.name.split('::').at(-1) ?? ''}>`}`;
}

/** `Acme\Shop\Order::total`, `Acme\Shop\help`, `Acme\Shop\Order::{closure}`. */
export const phpRules: NamingRules = {
  fileScope: (root) => {
    const namespace = root.namedChildren.find(
      (child) => child?.type === 'namespace_definition' && !child.childForFieldName('body'),
    );
    return (namespace && field(namespace, 'name')) ?? '';
  },
  typeName(node, outer) {
    switch (node.type) {
      case 'namespace_definition':
        return node.childForFieldName('body') ? (field(node, 'name') ?? '') : undefined;
      case 'class_declaration':
      case 'trait_declaration':
      case 'interface_declaration':
      case 'enum_declaration':
        return `${qualified(namespaceOf(outer), '\\', field(node, 'name') ?? '')}::`;
      case 'anonymous_class':
        return 'class@anonymous::';
      default:
        return undefined;
    }
  },
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    const type = typeOf(outer);
    const inType = (name: string) => (type.endsWith('::') ? `${type}${name}` : qualified(type, '\\', name));
    if (node.type === 'method_declaration') return { name: inType(at?.text ?? ''), at };
    if (node.type === 'function_definition') return { name: qualified(namespaceOf(outer), '\\', at?.text ?? ''), at };
    return /^(?:anonymous_function|anonymous_function_creation_expression|arrow_function)$/.test(node.type)
      ? { name: inType('{closure}') }
      : undefined;
  },
};

/** The namespace without classes. */
function namespaceOf(outer: Scope): string {
  const type = typeOf(outer);
  return type.endsWith('::') ? type.split('\\').slice(0, -1).join('\\') : type;
}

/** The name of the nearest type or namespace. */
function typeOf(outer: Scope): string {
  return outer.kind === 'function' ? (outer.type?.name ?? '') : outer.name;
}

function within(outer: Scope, inFunction: string, inType: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : qualified(outer.name, outer.kind === 'function' ? inFunction : inType, name);
}
