import type { Node } from '@vscode/tree-sitter-wasm';
import { describeFunction } from './describeFunction.js';
import { assignedName, callbackLabel, keyName, transparentTypes, unwrap } from './ecmaNames.js';
import type { LocatedFunction } from './sourceFunction.js';

/** A node still to look at, with what its surroundings say about its name. */
interface Visit {
  readonly node: Node;
  /** Names of the enclosing functions, classes and named literals, joined by dots; empty at the top. */
  readonly path: string;
  /** The name that an anonymous function, class or object literal takes here. */
  readonly name?: string | undefined;
  /** The name that only an anonymous function takes here: `<return>`, `<app.get "/x">`, `<iife>`. */
  readonly label?: string | undefined;
}

/** Type syntax and leaves: no function can be in there. */
const SKIPPED: ReadonlySet<string> = new Set([
  'comment',
  'type_annotation',
  'type_parameters',
  'type_arguments',
  'interface_declaration',
  'type_alias_declaration',
  'ambient_declaration',
  'import_statement',
]);

const FUNCTIONS = [
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
];

/**
 * Every function of a JavaScript or TypeScript syntax tree, in the order of the text. Error-tolerant: what the parser
 * could not understand is looked through. Rules: docs/naming.md.
 */
export function findEcmaFunctions(root: Node): LocatedFunction[] {
  const found: LocatedFunction[] = [];
  // Most of a text is in no way to a function: the parser itself finds them many times faster than a walk from here.
  const starts = root.descendantsOfType(FUNCTIONS).flatMap((node) => (node ? [node.startIndex] : []));
  // A list instead of recursion: generated code nests deeper than the stack.
  const visits: Visit[] = [{ node: root, path: '' }];
  for (let visit = visits.pop(); visit; visit = visits.pop()) {
    const { node, path } = visit;
    if (!hasOneWithin(starts, node) || SKIPPED.has(node.type)) continue;
    const functionName = nameOfFunction(visit);
    const body = functionName && node.childForFieldName('body');
    if (body) {
      const inner = join(path, functionName.segment);
      found.push(describeFunction(node, body, inner, functionName.at));
      const isKeyOutside = functionName.at.type === 'computed_property_name';
      for (const child of node.namedChildren) {
        if (!child) continue;
        if (isKeyOutside && child.id === functionName.at.id) visits.push({ node: child, path });
        else if (child.id === body.id) visits.push({ node: child, path: inner, label: '<return>' });
        else visits.push({ node: child, path: inner });
      }
    } else {
      visits.push(...childVisits(visit));
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Whether one of the ascending offsets is in a node. */
function hasOneWithin(starts: readonly number[], node: Node): boolean {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < node.startIndex) low = middle + 1;
    else high = middle;
  }
  const next = starts[low];
  return next !== undefined && next < node.endIndex;
}

/** The last segment of a function's name and the token that marks its place; undefined for what is not a function. */
function nameOfFunction({ node, name, label }: Visit): { segment: string; at: Node } | undefined {
  switch (node.type) {
    case 'function_declaration':
    case 'generator_function_declaration':
    case 'function_expression':
    case 'generator_function':
    case 'arrow_function': {
      const own = node.childForFieldName('name');
      return own ? { segment: own.text, at: own } : { segment: name ?? label ?? '<anonymous>', at: node };
    }
    case 'method_definition': {
      const key = node.childForFieldName('name');
      if (!key) return undefined;
      const accessor = node.children.find(
        (child) =>
          child !== null && child.startIndex < key.startIndex && (child.type === 'get' || child.type === 'set'),
      );
      return { segment: (accessor ? `${accessor.type} ` : '') + keyName(key), at: key };
    }
    default:
      return undefined;
  }
}

/** The children of a node that is not a function, each with the name its place gives it. */
function childVisits(visit: Visit): Visit[] {
  const { node, path, name, label } = visit;
  const field = (fieldName: string) => node.childForFieldName(fieldName);
  const all = (hints: (child: Node) => Partial<Visit> = () => ({}), inner = path): Visit[] =>
    node.namedChildren.flatMap((child) => (child ? [{ node: child, path: inner, ...hints(child) }] : []));
  const valueNamed = (value: Node | null, valueName: string | undefined): Visit[] =>
    all((child) => (child.id === value?.id ? { name: valueName } : {}));

  if (transparentTypes.has(node.type)) return all(() => ({ name, label }));
  switch (node.type) {
    case 'class':
    case 'class_declaration':
    case 'abstract_class_declaration':
      return all(undefined, join(path, field('name')?.text ?? name ?? '<class>'));
    case 'object':
      return all(undefined, name === undefined ? path : join(path, name));
    case 'pair':
    case 'public_field_definition':
    case 'field_definition': {
      const key = field('key') ?? field('name') ?? field('property');
      return valueNamed(field('value'), key ? keyName(key) : undefined);
    }
    case 'variable_declarator':
      return valueNamed(field('value'), simpleName(field('name')));
    case 'required_parameter':
    case 'optional_parameter':
      return valueNamed(field('value'), simpleName(field('pattern')));
    case 'assignment_pattern':
    case 'object_assignment_pattern':
      return valueNamed(field('right'), simpleName(field('left')));
    case 'assignment_expression':
    case 'augmented_assignment_expression': {
      const left = field('left');
      return valueNamed(field('right'), left ? assignedName(left) : undefined);
    }
    case 'export_statement': {
      const isDefault = node.children.some((child) => child?.type === 'default');
      const isAssignment = node.children.some((child) => child?.type === '=');
      return all((child) => {
        if (child.type === 'decorator') return {};
        return isDefault ? { name: 'default' } : isAssignment ? { name: 'module.exports' } : {};
      });
    }
    case 'return_statement':
      return all(() => ({ label: '<return>' }));
    case 'call_expression':
    case 'new_expression':
      return callVisits(visit);
    default:
      return all();
  }
}

function callVisits({ node, path }: Visit): Visit[] {
  const isNew = node.type === 'new_expression';
  const callee = node.childForFieldName(isNew ? 'constructor' : 'function');
  const args = node.childForFieldName('arguments');
  const visits: Visit[] = [];
  if (callee) visits.push({ node: callee, path, label: isNew ? undefined : '<iife>' });
  if (callee && args) {
    // A tagged template is not an argument list.
    const label = args.type === 'arguments' ? callbackLabel(callee, args, isNew) : undefined;
    for (const child of args.namedChildren) if (child) visits.push({ node: child, path, label });
  }
  return visits;
}

function simpleName(pattern: Node | null): string | undefined {
  if (!pattern) return undefined;
  const inner = unwrap(pattern);
  const isSimple = inner.type === 'identifier' || inner.type === 'shorthand_property_identifier_pattern';
  return isSimple ? inner.text : undefined;
}

function join(path: string, segment: string): string {
  return path === '' ? segment : `${path}.${segment}`;
}
