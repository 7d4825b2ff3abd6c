import type { Node } from '@vscode/tree-sitter-wasm';
import type { LocatedFunction } from '../source/sourceFunction.js';
import { calleeChain } from './calleeChain.js';

/** One call in a function's own text. Offsets in UTF-16 code units, ends exclusive. */
export interface CallShape {
  /** What is called, as a dotted path without arguments: `this.pool.query`, `db.select.from`; constructors begin with `new `. */
  readonly callee: string;
  readonly start: number;
  readonly end: number;
  /** Where its arguments begin. */
  readonly calleeEnd: number;
  /** 1-based. */
  readonly line: number;
  /** Loops of the function's own body that repeat it. */
  readonly loopDepth: number;
  /** Start of the innermost of them; undefined outside of all. */
  readonly loop: number | undefined;
  /** Whether the function waits for it. */
  readonly isAwaited: boolean;
  /** Whether it is waited for together with others. */
  readonly isConcurrent: boolean;
  /** Whether it stands in a branch, so that it may not run each time. */
  readonly isConditional: boolean;
  /** The call in its callee: `db.select()` of `db.select().from(t)`. */
  readonly chainedOn: CallShape | undefined;
}

/** What a function's own text is made of, without functions that are nested in it. */
export interface FunctionShape {
  readonly calls: readonly CallShape[];
  readonly awaits: number;
  readonly loops: number;
  readonly branches: number;
  readonly throws: number;
  readonly catches: number;
}

/** Call expressions of the grammars that are read: the field with what is called, and the one with its receiver. */
const CALLS: ReadonlyMap<string, { readonly callee: string; readonly receiver?: string }> = new Map([
  ['call_expression', { callee: 'function' }],
  ['new_expression', { callee: 'constructor' }],
  ['call', { callee: 'function' }],
  ['method_invocation', { callee: 'name', receiver: 'object' }],
  ['object_creation_expression', { callee: 'type' }],
  ['invocation_expression', { callee: 'function' }],
  ['function_call_expression', { callee: 'function' }],
  ['member_call_expression', { callee: 'name', receiver: 'object' }],
  ['nullsafe_member_call_expression', { callee: 'name', receiver: 'object' }],
  ['scoped_call_expression', { callee: 'name', receiver: 'scope' }],
]);

const AWAITS = ['await_expression', 'await'];
const LOOPS = [
  ...['for_statement', 'for_in_statement', 'while_statement', 'do_statement', 'enhanced_for_statement'],
  ...['foreach_statement', 'for_each_statement', 'for_expression', 'while_expression', 'loop_expression'],
  ...['list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression'],
  ...['while', 'until', 'for', 'while_modifier', 'until_modifier'],
];
const BRANCHES = [
  ...['if_statement', 'ternary_expression', 'conditional_expression', 'switch_case', 'elif_clause', 'if_expression'],
  ...['match_arm', 'expression_case', 'type_case', 'switch_section', 'switch_block_statement_group', 'switch_rule'],
  ...['case_clause', 'case_statement', 'match_conditional_expression', 'else_if_clause', 'else_if'],
  ...['if', 'unless', 'elsif', 'when', 'conditional', 'if_modifier', 'unless_modifier'],
];
const THROWS = ['throw_statement', 'throw_expression', 'raise_statement'];
const CATCHES = ['catch_clause', 'except_clause', 'rescue'];
const TYPES = [...CALLS.keys(), ...AWAITS, ...LOOPS, ...BRANCHES, ...THROWS, ...CATCHES, 'return_statement'];

const KIND: ReadonlyMap<string, 'call' | 'await' | 'loop' | 'branch' | 'throw' | 'catch' | 'return'> = new Map([
  ...[...CALLS.keys()].map((type) => [type, 'call'] as const),
  ...AWAITS.map((type) => [type, 'await'] as const),
  ...LOOPS.map((type) => [type, 'loop'] as const),
  ...BRANCHES.map((type) => [type, 'branch'] as const),
  ...THROWS.map((type) => [type, 'throw'] as const),
  ...CATCHES.map((type) => [type, 'catch'] as const),
  ['return_statement', 'return'] as const,
]);

/** Together they are waited for. */
const WAITS_FOR_ALL = /^Promise\.(?:all|allSettled|race|any)$|^asyncio\.(?:gather|wait)$/;

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The shape of one function.
 * @param nested functions that stand in it, in the order of the text
 * @param hasAwait whether the language waits only where it says so
 */
export function functionShape(
  root: Node,
  text: string,
  own: LocatedFunction,
  nested: readonly LocatedFunction[],
  hasAwait: boolean,
): FunctionShape {
  const around = root.namedDescendantForIndex(own.start, Math.max(own.start, own.end - 1));
  const nodes = around ? ownNodes(around, own, nested) : [];
  const of = (kind: string) => nodes.filter(({ type }) => KIND.get(type) === kind);
  const loops = of('loop').map(repeatedRange);
  const branches = of('branch').map(branchRange);
  const awaits = of('await');
  const waited = waitedRanges(awaits, of('return'), own);
  const calls = of('call')
    .flatMap((node) => callOf(node, text) ?? [])
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const shapes = describeCalls(calls, loops, branches, waited, text, hasAwait);
  return {
    calls: shapes,
    awaits:
      awaits.length +
      of('loop').filter((node) => /^for\s+await\b/.test(text.slice(node.startIndex, node.startIndex + 20))).length,
    loops: loops.length,
    branches: branches.length,
    throws: of('throw').length + shapes.filter(({ callee }) => /^(?:raise|panic|abort)$/.test(callee)).length,
    catches: of('catch').length + shapes.filter(({ callee }) => /\.catch$|^recover$/.test(callee)).length,
  };
}

/** Named nodes of the types that matter, without those in nested functions. Keywords have the names of Ruby's nodes. */
function ownNodes(around: Node, own: LocatedFunction, nested: readonly LocatedFunction[]): Node[] {
  return around.descendantsOfType(TYPES).flatMap((node) => {
    if (!node?.isNamed) return [];
    const start = node.startIndex;
    if (start < own.start || start >= own.end) return [];
    return nested.some((inner) => start >= inner.start && start < inner.end) ? [] : [node];
  });
}

function callOf(node: Node, text: string): (Range & { callee: string; calleeEnd: number; line: number }) | undefined {
  const fields = CALLS.get(node.type);
  const named = fields && (node.childForFieldName(fields.callee) ?? node.childForFieldName('method'));
  const callee = named ?? (node.type === 'object_creation_expression' ? (node.namedChildren[0] ?? null) : null);
  if (!callee) return undefined;
  const receiver = node.childForFieldName(fields?.receiver ?? 'receiver');
  const calleeEnd = callee.endIndex;
  const chain = calleeChain(text.slice(receiver?.startIndex ?? callee.startIndex, calleeEnd));
  if (chain === undefined) return undefined;
  const isNew = node.type === 'new_expression' || node.type === 'object_creation_expression';
  return {
    callee: isNew ? `new ${chain}` : chain,
    start: node.startIndex,
    end: node.endIndex,
    calleeEnd,
    line: node.startPosition.row + 1,
  };
}

/** What a loop does again and again: not what it goes through, nor how it begins. */
function repeatedRange(node: Node): Range {
  const end = node.endIndex;
  const body = node.childForFieldName('body');
  if (!body || /^(?:while|do|until|.*_modifier$)/.test(node.type)) return { start: node.startIndex, end };
  const first = node.childForFieldName('initializer') ?? node.childForFieldName('init');
  if (first) return { start: first.endIndex, end };
  return /comprehension|generator/.test(node.type)
    ? { start: body.startIndex, end: body.endIndex }
    : { start: body.startIndex, end: Math.max(end, body.endIndex) };
}

/** What may be left out: not the condition. */
function branchRange(node: Node): Range {
  const condition = node.childForFieldName('condition');
  const start = condition && !/_modifier$/.test(node.type) ? condition.endIndex : node.startIndex;
  return { start, end: node.endIndex };
}

/** Expressions that a function waits for: what it awaits, and what it returns, which its caller then awaits. */
function waitedRanges(awaits: readonly Node[], returns: readonly Node[], own: LocatedFunction): Range[] {
  const argument = (node: Node) => node.namedChildren.find((child) => child && child.type !== 'comment');
  const ranges = [...awaits, ...returns].flatMap((node) => {
    const inner = argument(node);
    return inner ? [{ start: inner.startIndex, end: inner.endIndex }] : [];
  });
  return [...ranges, { start: own.bodyStart, end: own.end }];
}

function describeCalls(
  calls: readonly (Range & { callee: string; calleeEnd: number; line: number })[],
  loops: readonly Range[],
  branches: readonly Range[],
  waited: readonly Range[],
  text: string,
  hasAwait: boolean,
): CallShape[] {
  const inside = (ranges: readonly Range[], { start }: Range) =>
    ranges.filter((range) => start >= range.start && start < range.end);
  // Parentheses around what is waited for do not matter.
  const isWaited = (call: Range) =>
    waited.some(
      ({ start, end }) =>
        call.start >= start &&
        call.end <= end &&
        /^\(*\s*$/.test(text.slice(start, call.start)) &&
        /^\s*[)!;]*\s*$/.test(text.slice(call.end, end)),
    );
  const found = new Map<(typeof calls)[number], CallShape>();
  // A call's callee begins where it does: from the inside out, so that chains are there when they are needed.
  for (const call of calls.toReversed()) {
    const inner = calls.filter((other) => other !== call && other.start >= call.start && other.end <= call.calleeEnd);
    const chained = inner.sort((a, b) => b.end - a.end)[0];
    const around = inside(loops, call);
    found.set(call, {
      ...call,
      loopDepth: around.length,
      loop: around.length > 0 ? Math.max(...around.map(({ start }) => start)) : undefined,
      isAwaited: !hasAwait || /Sync$/.test(call.callee) || isWaited(call),
      isConcurrent: false,
      isConditional: inside(branches, call).length > 0,
      chainedOn: chained && found.get(chained),
    });
  }
  return calls.flatMap((call) => {
    const shape = found.get(call);
    if (!shape) return [];
    const outer = calls.filter((other) => other !== call && other.start <= call.start && other.end >= call.end);
    const isInChain = outer.some((other) => isWaited(other) && call.end <= other.calleeEnd);
    const isConcurrent = outer.some(
      (other) => isWaited(other) && WAITS_FOR_ALL.test(other.callee) && isOnlyWithin(call, other, outer),
    );
    return [isInChain || isConcurrent ? { ...shape, isAwaited: true, isConcurrent } : shape];
  });
}

/** Whether nothing but that call has it among its arguments; a chain on it may. */
function isOnlyWithin(
  call: Range,
  all: Range & { calleeEnd: number },
  outer: readonly (Range & { calleeEnd: number })[],
): boolean {
  return outer.every(
    (other) => other === all || other.start < all.start || call.end <= other.calleeEnd || other.end > all.end,
  );
}
