import { functionNames } from '../naming/functionNames.js';
import { bodyFacts } from './bodyFacts.js';
import { CAUGHT, probeNames as probe, START, mentionsInjected } from './injected.js';
import { Insertions } from './insertions.js';
import { child, children, isFunction, list, parseProgram, type SourceKind, type SyntaxNode } from './syntax.js';

/** A function as it was found in the text that runs. Offsets are UTF-16 code units into the original text. */
export interface FoundFunction {
  readonly name: string;
  /** Where it stands (docs/naming.md). */
  readonly offset: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Which function a place in the instrumented text belongs to: `owner[i]` (an index, or -1) from `start[i]` on. */
export interface Ownership {
  readonly start: number[];
  readonly owner: number[];
}

export interface Instrumented {
  readonly code: string;
  readonly ownership: Ownership;
}

/** Why a text is left as it is; the message is one sentence for a person. */
export class NotInstrumentable extends Error {
  override name = 'NotInstrumentable';
}

export const MAX_SOURCE_LENGTH = 4 * 1024 * 1024;

/** A parsed text and its functions, before anything is injected. */
export interface ParsedSource {
  readonly program: SyntaxNode;
  readonly nodes: readonly SyntaxNode[];
  readonly functions: readonly FoundFunction[];
}

/**
 * Finds the functions of a text; `isWritten` as in functionNames. Throws NotInstrumentable or the parser's error.
 */
export function findFunctions(
  text: string,
  kind: SourceKind,
  isWritten?: (node: SyntaxNode, offset: number) => boolean,
): ParsedSource {
  if (text.length > MAX_SOURCE_LENGTH) throw new NotInstrumentable('The file is larger than 4 MB.');
  if (mentionsInjected(text)) throw new NotInstrumentable('The file uses names that the sensor needs for itself.');
  const program = parseProgram(text, kind);
  rejectUnsafe(program, false);
  const named = functionNames(text, program, isWritten);
  return {
    program,
    nodes: named.map(({ node }) => node),
    functions: named.map(({ node, name, offset }) => {
      const body = child(node, 'body') ?? node;
      return { name, offset, bodyStart: body.start, bodyEnd: body.end };
    }),
  };
}

function rejectUnsafe(node: SyntaxNode, inWith: boolean): void {
  if (inWith && isFunction(node)) {
    throw new NotInstrumentable('The file has a function inside a `with` statement, where names cannot be resolved.');
  }
  if (node['directive'] === 'use asm') throw new NotInstrumentable('The file has an asm.js module.');
  const body = node.type === 'WithStatement' ? child(node, 'body') : undefined;
  for (const inner of children(node)) rejectUnsafe(inner, inWith || inner === body);
}

/**
 * Injects the probes. `idOf` gives the id of the function at an index, or undefined for one that is to stay as it is.
 * Nothing of the text is reprinted, and every piece lands on a line that is there already.
 */
export function injectProbes(
  text: string,
  { program, nodes }: ParsedSource,
  idOf: (index: number) => number | undefined,
): Instrumented {
  const insertions = new Insertions();
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const edges: { offset: number; index: number }[] = [];

  function visit(node: SyntaxNode, outer: number): void {
    const index = indexOf.get(node);
    if (index === undefined) {
      for (const inner of children(node)) visit(inner, outer);
      return;
    }
    edges.push({ offset: node.start, index });
    const id = idOf(index);
    const visitInside = (): void => {
      for (const inner of children(node)) visit(inner, index);
    };
    if (id === undefined) visitInside();
    else injectInto(node, id, insertions, visitInside);
    edges.push({ offset: node.end, index: outer });
  }
  visit(program, -1);

  const { code, shifted } = insertions.apply(text);
  const ownership: Ownership = { start: [0], owner: [-1] };
  for (const { offset, index } of edges.sort((a, b) => a.offset - b.offset)) {
    ownership.start.push(shifted(offset));
    ownership.owner.push(index);
  }
  return { code, ownership };
}

/** Injects into one function; `visitInside` handles what is nested in it, between the pieces that open and close. */
function injectInto(fn: SyntaxNode, id: number, insertions: Insertions, visitInside: () => void): void {
  const body = child(fn, 'body');
  if (!body) return;
  const facts = bodyFacts(fn);
  const isDue = `(${probe.counts}[${id}]++-${probe.nextSample}[${id}]|0)>=0`;
  const isTimed = facts.mayBeWrapped && !facts.isTrivial && fn['generator'] !== true;
  const isAsync = fn['async'] === true;
  const isGuarded = facts.mayBeWrapped && (facts.mayThrow || !facts.isTrivial);
  const observesResult = isTimed && isAsync;

  let open = `${isDue}&&${probe.sampled}(${id});`;
  if (isTimed) open = `const ${START}=${isDue}?${isAsync ? probe.startAsync : probe.startSync}(${id}):0;`;
  let close = '';
  if (isGuarded) {
    open += 'try{';
    close = `}catch(${CAUGHT}){throw ${probe.failed}(${id},${CAUGHT},${facts.throwsItself ? 1 : 0})}`;
    if (isTimed) close += `finally{${START}!==0&&${isAsync ? probe.endAsync : probe.endSync}(${id},${START})}`;
  }

  const wrapsResult = `${probe.returned}(${id},${START},(`;
  if (body.type === 'BlockStatement') {
    const directives = list(body, 'body').filter((statement) => typeof statement['directive'] === 'string');
    const last = directives.at(-1);
    insertions.add(last ? last.end : body.start + 1, (last ? ';' : '') + open);
    // Pieces are ordered by offset, and no two functions share a returned expression, so these may come first.
    if (observesResult) for (const value of facts.returned) insertions.add(value.start, wrapsResult);
    visitInside();
    if (observesResult) for (const value of facts.returned) insertions.add(value.end, '))');
    if (close !== '') insertions.add(body.end - 1, close);
  } else {
    const wraps = observesResult && facts.returned.length > 0;
    insertions.add(body.start, `{${open}return ${wraps ? wrapsResult : ''}`);
    visitInside();
    insertions.add(body.end, `${wraps ? '))' : ''}${close}}`);
  }
}
