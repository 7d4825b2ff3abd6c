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
    if (node.type !== 'class_body' || node.parent?.type !== 'object_creation_expression') return undefined;
    return `${typeOf(outer)}$${next(counted(outer)) + 1}`;
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
        const method = /([^.$]+)(?:\$\d+)?$/.exec(outer.kind === 'function' ? outer.name : 'new')?.[1] ?? 'new';
        return { name: qualified(typeOf(outer), '.', `lambda$${method === '<init>' ? 'new' : method}$${next(outer)}`) };
      }
      default:
        return undefined;
    }
  },
};

/** As `runtime.FuncForPC` does, with the package's name for its path: `shop.Total`, `shop.(*Cart).Add`, `shop.Total.func1`. */
export const goRules: NamingRules = {
  fileScope: (root) => child(root, 'package_clause')?.namedChildren[0]?.text ?? '',
  typeName: () => undefined,
  functionName(node, outer) {
    const at = node.childForFieldName('name');
    if (node.type === 'function_declaration') return { name: qualified(outer.name, '.', at?.text ?? ''), at };
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
  bodyOf: (node) =>
    node.childForFieldName('body') ??
    (node.type === 'property_declaration' || node.type === 'indexer_declaration'
      ? node.childForFieldName('value')
      : null),
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
    const method = () => /(?:<)?([\w]+)(?:>[^.]*)?$/.exec(outer.name)?.[1] ?? '';
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
        return member(`operator ${field(node, 'operator') ?? ''}`);
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

/** Paths as the compiler prints them, from the file on: `shop::Cart::add`, `<shop::Cart as Display>::fmt`, `shop::total::{{closure}}`. */
export const rustRules: NamingRules = {
  fileScope: () => '',
  typeName(node, outer) {
    if (node.type === 'mod_item' || node.type === 'trait_item')
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
