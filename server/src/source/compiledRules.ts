import type { Node } from '@vscode/tree-sitter-wasm';
import { field, qualified, type NamingRules, type Scope } from './scopedFunctions.js';

const child = (node: Node, type: string) => node.namedChildren.find((one) => one?.type === type) ?? undefined;

/** As in JVM stack traces: `com.acme.Order.total`, `com.acme.Order$Line.<init>`, `com.acme.Order$1.run`, `com.acme.Order.lambda$total$0`. */
export const javaRules: NamingRules = {
  fileScope: (root) => child(root, 'package_declaration')?.namedChildren.at(-1)?.text ?? '',
  typeName(node, outer) {
    if (/^(?:class|interface|enum|record|annotation_type)_declaration$/.test(node.type)) {
      const name = field(node, 'name') ?? '';
      if (outer.kind === 'file') return qualified(outer.name, '.', name);
      return `${typeOf(outer)}$${outer.kind === 'function' ? '1' : ''}${name}`;
    }
    const isAnonymous = /^(?:object_creation_expression|enum_constant)$/.test(node.parent?.type ?? '');
    return node.type === 'class_body' && isAnonymous
      ? `${typeOf(outer)}$${++counted(outer).anonymousTypes}`
      : undefined;
  },
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    switch (node.type) {
      case 'method_declaration':
        return { name: qualified(typeOf(outer), '.', at?.text ?? ''), at };
      case 'constructor_declaration':
      case 'compact_constructor_declaration':
        return { name: qualified(typeOf(outer), '.', '<init>'), at };
      case 'lambda_expression': {
        const isInner = outer.kind === 'function' && /\.lambda\$[^.]*$/.test(outer.name);
        const around = outer.kind === 'function' ? methodOf(outer.name) : isStatic(node) ? 'static' : 'new';
        const method = around === '<init>' ? 'new' : around;
        // All of a class are counted together, those in a lambda before it.
        const counter = isInner ? outer : counted(outer);
        const first = counter.anonymous;
        const number = first + lambdasIn(node);
        counter.anonymous = number + 1;
        return { name: qualified(typeOf(outer), '.', `lambda$${method}$${number}`), firstAnonymous: first };
      }
      default:
        return undefined;
    }
  },
};

/** The method of `Cart.total` and of `Cart.lambda$total$0`. */
function methodOf(name: string): string {
  return /([^.$]+)(?:\$\d+)?$/.exec(name)?.[1] ?? 'new';
}

/** Whether what is in no method runs when the class is made, not its instances. */
function isStatic(node: Node): boolean {
  for (let around = node.parent; around; around = around.parent) {
    if (/^(?:static_initializer|constant_declaration|enum_constant)$/.test(around.type)) return true;
    if (around.type === 'field_declaration') return /\bstatic\b/.test(child(around, 'modifiers')?.text ?? '');
    if (around.type === 'class_body') return false;
  }
  return false;
}

/** Lambdas within one, without those in classes of their own. */
function lambdasIn(lambda: Node): number {
  const inner = lambda.descendantsOfType(['lambda_expression', 'class_body']).filter((node) => node !== null);
  const classes = inner.filter(({ type }) => type === 'class_body');
  return inner.filter(
    (node) =>
      node.type === 'lambda_expression' &&
      node.id !== lambda.id &&
      !classes.some((body) => body.startIndex <= node.startIndex && node.endIndex <= body.endIndex),
  ).length;
}

/** As `runtime.FuncForPC` does, with the package's name for its path: `shop.Total`, `shop.(*Cart).Add`, `shop.Total.func1`. */
export const goRules: NamingRules = {
  fileScope: (root) => child(root, 'package_clause')?.namedChildren[0]?.text ?? '',
  typeName: () => undefined,
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    if (node.type === 'function_declaration') {
      const name = qualified(outer.name, '.', at?.text ?? '');
      // A file may have several of them.
      if (at?.text === 'init') return { name: `${name}.${outer.anonymousTypes++}`, at };
      return { name: node.childForFieldName('type_parameters') ? `${name}[...]` : name, at };
    }
    if (node.type === 'func_literal') {
      outer.anonymous++;
      if (outer.kind !== 'function') return { name: `${outer.name}.init.func${outer.anonymous}` };
      // Closures within closures are numbered without the word.
      return { name: `${outer.name}.${/\.func\d+(?:\.\d+)*$/.test(outer.name) ? '' : 'func'}${outer.anonymous}` };
    }
    if (node.type !== 'method_declaration') return undefined;
    const receiver = node.childForFieldName('receiver')?.namedChildren[0]?.childForFieldName('type');
    const isPointer = receiver?.type === 'pointer_type';
    const type = (isPointer ? receiver.namedChildren[0]?.text : receiver?.text)?.replace(/\[.*\]$/s, '[...]') ?? '';
    return { name: `${outer.name}.${isPointer ? `(*${type})` : type}.${at?.text ?? ''}`, at };
  },
};

/** As the runtime's metadata do: `Acme.Shop.Order.Total`, `Acme.Shop.Order+Line..ctor`, `Acme.Shop.Order.get_Sum`. */
export const csharpRules: NamingRules = {
  fileScope: (root) => {
    const namespace = child(root, 'file_scoped_namespace_declaration');
    return (namespace && field(namespace, 'name')) ?? '';
  },
  bodyOf(node) {
    const body = node.childForFieldName('body');
    if (body || !/^(?:property|indexer)_declaration$/.test(node.type)) return body;
    // What a property begins with is a value too.
    const value = node.childForFieldName('value');
    return value?.type === 'arrow_expression_clause' ? value : null;
  },
  typeName(node, outer) {
    if (node.type === 'namespace_declaration') return qualified(outer.name, '.', field(node, 'name') ?? '');
    if (!/^(?:class|struct|interface|record|record_struct)_declaration$/.test(node.type)) return undefined;
    const parameters = child(node, 'type_parameter_list')?.namedChildren.length ?? 0;
    const name = `${field(node, 'name') ?? ''}${parameters > 0 ? `\`${parameters}` : ''}`;
    const isNested = node.parent?.parent && /^(?:class|struct|interface|record)/.test(node.parent.parent.type);
    return qualified(outer.name, isNested ? '+' : '.', name);
  },
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    const member = (name: string) => ({ name: qualified(typeOf(outer), '.', name), at });
    const method = () =>
      outer.kind === 'function' ? (/(?:<)?([\w]+)(?:>[^.]*)?$/.exec(outer.name)?.[1] ?? '') : fieldMethod(node);
    switch (node.type) {
      case 'method_declaration':
        return member(at?.text ?? '');
      case 'constructor_declaration':
        return member(
          node.namedChildren.some((one) => one?.type === 'modifier' && one.text === 'static') ? '.cctor' : '.ctor',
        );
      case 'destructor_declaration':
        return member('Finalize');
      case 'operator_declaration':
        return member(operatorName(node));
      case 'conversion_operator_declaration':
        return member(/\bexplicit\b/.test(node.text.slice(0, 200)) ? 'op_Explicit' : 'op_Implicit');
      case 'property_declaration':
        return member(`get_${at?.text ?? ''}`);
      case 'indexer_declaration':
        return member('get_Item');
      case 'accessor_declaration': {
        const owner = node.parent?.parent;
        const kind = /\b(get|set|init|add|remove)\b/.exec(node.text)?.[1] ?? 'get';
        const name = (owner && field(owner, 'name')) ?? 'Item';
        return { name: qualified(typeOf(outer), '.', `${kind === 'init' ? 'set' : kind}_${name}`) };
      }
      case 'local_function_statement':
        return member(`<${method()}>g__${at?.text ?? ''}`);
      case 'lambda_expression':
      case 'anonymous_method_expression':
        return member(`<${method()}>b__${next(outer)}`);
      default:
        return undefined;
    }
  },
};

/** The constructor in which a field gets its first value. */
function fieldMethod(node: Node): string {
  let around = node.parent;
  while (around && around.type !== 'field_declaration' && around.type !== 'declaration_list') around = around.parent;
  const isStatic = around?.namedChildren.some((one) => one?.type === 'modifier' && one.text === 'static') ?? false;
  return isStatic ? '.cctor' : '.ctor';
}

/** As the common language specification calls operators. */
const OPERATORS: Readonly<Record<string, string>> = {
  '+': 'op_Addition',
  '-': 'op_Subtraction',
  '*': 'op_Multiply',
  '/': 'op_Division',
  '%': 'op_Modulus',
  '==': 'op_Equality',
  '!=': 'op_Inequality',
  '<': 'op_LessThan',
  '>': 'op_GreaterThan',
  '<=': 'op_LessThanOrEqual',
  '>=': 'op_GreaterThanOrEqual',
  '&': 'op_BitwiseAnd',
  '|': 'op_BitwiseOr',
  '^': 'op_ExclusiveOr',
  '<<': 'op_LeftShift',
  '>>': 'op_RightShift',
  '!': 'op_LogicalNot',
  '~': 'op_OnesComplement',
  '++': 'op_Increment',
  '--': 'op_Decrement',
  true: 'op_True',
  false: 'op_False',
};

function operatorName(node: Node): string {
  const sign = field(node, 'operator') ?? '';
  const isUnary = node.childForFieldName('parameters')?.namedChildren.length === 1;
  if (isUnary && sign === '+') return 'op_UnaryPlus';
  if (isUnary && sign === '-') return 'op_UnaryNegation';
  return OPERATORS[sign] ?? `operator ${sign}`;
}

/** Paths as the compiler prints them, from the file on: `shop::Cart::add`, `<shop::Cart as Display>::fmt`, `shop::total::{{closure}}`. */
export const rustRules: NamingRules = {
  fileScope: () => '',
  typeName(node, outer) {
    if (/^(?:mod|trait|static|const)_item$/.test(node.type))
      return qualified(outer.name, '::', field(node, 'name') ?? '');
    if (node.type !== 'impl_item') return undefined;
    const type = qualified(outer.name, '::', (field(node, 'type') ?? '').replace(/<.*>$/s, ''));
    const trait = field(node, 'trait');
    return trait === undefined ? type : `<${type} as ${trait}>`;
  },
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    if (node.type === 'function_item') return { name: qualified(outer.name, '::', at?.text ?? ''), at };
    return node.type === 'closure_expression' ? { name: qualified(outer.name, '::', '{{closure}}') } : undefined;
  },
};

/** The name of the nearest type, or of the file's package. */
function typeOf(outer: Scope): string {
  return outer.kind === 'function' ? (outer.type?.name ?? '') : outer.name;
}

/** Anonymous classes are counted by the class around them. */
function counted(outer: Scope): Scope {
  return outer.kind === 'function' ? (outer.type ?? outer) : outer;
}

/** How many without a name there were before. */
function next(outer: Scope): number {
  return outer.anonymous++;
}
