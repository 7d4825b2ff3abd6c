import { bare, child, children, identifierText, isFunction, list, type SyntaxNode } from './syntax.js';

/** What decides how much may be injected into one function. Nested functions do not count towards it. */
export interface BodyFacts {
  /** Nothing in it can call, wait, loop or throw on purpose: it is counted, not timed. */
  readonly isTrivial: boolean;
  readonly mayThrow: boolean;
  /** It contains a `throw` statement of its own. */
  readonly throwsItself: boolean;
  /** Its body can stand in a block of its own without changing what any name means. */
  readonly mayBeWrapped: boolean;
  /** Arguments of `return`, where a returned promise is certainly adopted by the async function. */
  readonly returned: readonly SyntaxNode[];
}

const ACTIVE = new Set([
  'CallExpression',
  'NewExpression',
  'ImportExpression',
  'TaggedTemplateExpression',
  'AwaitExpression',
  'YieldExpression',
  'ThrowStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
]);

/** Node types that cannot throw by themselves. */
const HARMLESS = new Set([
  'BlockStatement',
  'ReturnStatement',
  'ExpressionStatement',
  'EmptyStatement',
  'IfStatement',
  'Literal',
  'ArrayExpression',
  'ParenthesizedExpression',
  'ConditionalExpression',
  'LogicalExpression',
  'SequenceExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

/** Expressions whose value is never a promise that the async function would adopt. */
const NEVER_PROMISE = new Set([
  'Literal',
  'TemplateLiteral',
  'ObjectExpression',
  'ArrayExpression',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassExpression',
  'AwaitExpression',
  'BinaryExpression',
  'UnaryExpression',
  'UpdateExpression',
]);

export function bodyFacts(fn: SyntaxNode): BodyFacts {
  const parameters = new Set(list(fn, 'params').map(identifierText));
  const topFunctions = new Set<string>();
  const otherNames = new Set<string | undefined>(['arguments']);
  const returned: SyntaxNode[] = [];
  const facts = { isTrivial: true, mayThrow: false, throwsItself: false, hasEval: false, hasDuplicate: false };

  for (const parameter of list(fn, 'params')) patternNames(parameter, otherNames);

  /** `isAdopted`: a promise returned here becomes the async function's result whatever happens next. */
  function visit(node: SyntaxNode, isAdopted: boolean, isTop: boolean): void {
    if (ACTIVE.has(node.type)) facts.isTrivial = false;
    if (!HARMLESS.has(node.type) && !(node.type === 'Identifier' && parameters.has(identifierText(node))))
      facts.mayThrow = true;
    if (isFunction(node)) {
      const name = identifierText(child(node, 'id'));
      if (node.type !== 'FunctionDeclaration' || name === undefined) return;
      if (!isTop) otherNames.add(name);
      else if (topFunctions.has(name)) facts.hasDuplicate = true;
      else topFunctions.add(name);
      return;
    }
    let adopted = isAdopted;
    switch (node.type) {
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'StaticBlock':
        // Only its computed key is evaluated as part of this function, and that cannot return.
        if (node['computed'] === true) {
          const key = child(node, 'key');
          if (key) visit(key, false, false);
        }
        return;
      case 'VariableDeclaration':
        if (node['kind'] === 'var')
          for (const item of list(node, 'declarations')) patternNames(child(item, 'id'), otherNames);
        if (isUsing(node)) facts.isTrivial = false;
        break;
      case 'ThrowStatement':
        facts.throwsItself = true;
        break;
      case 'CallExpression':
        if (calleeName(node) === 'eval') facts.hasEval = true;
        break;
      case 'TryStatement':
        adopted &&= !child(node, 'finalizer');
        break;
      case 'ForOfStatement':
      case 'WithStatement':
        adopted = false;
        break;
      case 'BlockStatement':
        if (list(node, 'body').some(isUsing)) adopted = false;
        break;
      case 'ReturnStatement': {
        const argument = child(node, 'argument');
        if (argument && adopted && !NEVER_PROMISE.has(bare(argument).type)) returned.push(argument);
        break;
      }
    }
    for (const inner of children(node)) visit(inner, adopted, false);
  }

  const body = child(fn, 'body');
  if (body?.type === 'BlockStatement') {
    const usesUsing = list(body, 'body').some(isUsing);
    for (const statement of list(body, 'body')) visit(statement, !usesUsing, true);
  } else if (body) {
    visit(body, true, false);
    if (!NEVER_PROMISE.has(bare(body).type)) returned.push(body);
  }
  const clashes = facts.hasDuplicate || [...topFunctions].some((name) => otherNames.has(name));
  return {
    isTrivial: facts.isTrivial && fn['async'] !== true && fn['generator'] !== true,
    mayThrow: facts.mayThrow,
    throwsItself: facts.throwsItself,
    // A function declaration moves from the function's scope into the block's, so its name must be nobody else's there.
    mayBeWrapped: !clashes && !(facts.hasEval && topFunctions.size > 0),
    returned,
  };
}

/** `using x = …` disposes of x at the end of the block, which may throw. */
function isUsing(node: SyntaxNode): boolean {
  return node['kind'] === 'using' || node['kind'] === 'await using';
}

function calleeName(call: SyntaxNode): string | undefined {
  const callee = child(call, 'callee');
  return callee && identifierText(bare(callee));
}

function patternNames(pattern: SyntaxNode | undefined, into: Set<string | undefined>): void {
  switch (pattern?.type) {
    case 'Identifier':
      into.add(identifierText(pattern));
      return;
    case 'AssignmentPattern':
      patternNames(child(pattern, 'left'), into);
      return;
    case 'RestElement':
      patternNames(child(pattern, 'argument'), into);
      return;
    case 'ArrayPattern':
      for (const element of list(pattern, 'elements')) patternNames(element, into);
      return;
    case 'ObjectPattern':
      for (const property of list(pattern, 'properties')) {
        patternNames(property.type === 'Property' ? child(property, 'value') : property, into);
      }
  }
}
