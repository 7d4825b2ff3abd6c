import { functionNames, type SourceNames } from '../naming/functionNames.js';
import { lineIndex } from '../naming/lineIndex.js';
import { bodyFacts } from './bodyFacts.js';
import { CAUGHT, probeNames as probe, START, mentionsInjected } from './injected.js';
import { Insertions, type Recipe } from './insertions.js';
import {
  bare,
  child,
  children,
  identifierText,
  isFunction,
  list,
  parseProgram,
  type SourceKind,
  type SyntaxNode,
} from './syntax.js';

/** A function as it was found in the text that runs. Offsets are UTF-16 code units into the original text. */
export interface FoundFunction {
  readonly name: string;
  /** Where it stands (docs/naming.md). */
  readonly offset: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Why a text is left as it is; the message is one sentence for a person. */
export class NotInstrumentable extends Error {
  override name = 'NotInstrumentable';
}

export const MAX_SOURCE_LENGTH = 16 * 1024 * 1024;

/** A parsed text and its functions, before anything is injected. */
export interface ParsedSource {
  readonly program: SyntaxNode;
  readonly nodes: readonly SyntaxNode[];
  readonly functions: readonly FoundFunction[];
}

/**
 * Finds the functions of a text; `source`, what is known of the source of a compiled text. Throws NotInstrumentable or the parser's error.
 */
export function findFunctions(text: string, kind: SourceKind, source?: SourceNames): ParsedSource {
  if (text.length > MAX_SOURCE_LENGTH) throw new NotInstrumentable('The file is larger than 16 MB.');
  if (mentionsInjected(text)) throw new NotInstrumentable('The file uses names that the sensor needs for itself.');
  const program = parseProgram(text, kind);
  rejectUnsafe(program, false);
  const named = functionNames(text, program, source);
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
 * What to inject. `relativeIdOf` numbers the functions that are to be observed, by index; undefined for one that is to stay as it
 * is. Nothing of the text is reprinted, and every piece lands on a line that is there already.
 */
export function probeRecipe(
  text: string,
  { program, nodes }: ParsedSource,
  relativeIdOf: (index: number) => number | undefined,
): Recipe {
  const insertions = new Insertions();
  const place = lineIndex(text);
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const edges: { offset: number; owner: number }[] = [{ offset: 0, owner: -1 }];

  function visit(node: SyntaxNode, outer: number): void {
    const index = indexOf.get(node);
    if (index === undefined) {
      const thrown = outer >= 0 && node.type === 'ThrowStatement' ? child(node, 'argument') : undefined;
      const notesPlace = thrown && !isFreshError(thrown);
      if (notesPlace) {
        const { line, column } = place(node.start);
        insertions.add(thrown.start, `${probe.thrown}(#${outer}#,${line},${column},(`);
      }
      for (const inner of children(node)) visit(inner, outer);
      if (notesPlace) insertions.add(thrown.end, '))');
      return;
    }
    const relative = relativeIdOf(index) ?? -1;
    edges.push({ offset: node.start, owner: relative });
    const visitInside = (): void => {
      for (const inner of children(node)) visit(inner, relative);
    };
    if (relative < 0) visitInside();
    else injectInto(node, `#${relative}#`, insertions, visitInside);
    edges.push({ offset: node.end, owner: outer });
  }
  visit(program, -1);

  edges.sort((a, b) => a.offset - b.offset);
  return {
    ...insertions.inOrder(),
    ownedFrom: edges.map(({ offset }) => offset),
    owners: edges.map(({ owner }) => owner),
  };
}

/** `new SomeError(…)`: its own stack says where it was thrown. */
function isFreshError(thrown: SyntaxNode): boolean {
  const node = bare(thrown);
  const callee = node.type === 'NewExpression' ? child(node, 'callee') : undefined;
  return /(?:Error|Exception)$/.test(identifierText(callee && bare(callee)) ?? '');
}

/** Injects into one function; `visitInside` handles what is nested in it, between the pieces that open and close. */
function injectInto(fn: SyntaxNode, id: string, insertions: Insertions, visitInside: () => void): void {
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
    // Behind the last statement rather than before the brace, so that what follows the brace on its line keeps its column.
    const end = list(body, 'body').at(-1)?.end ?? body.start + 1;
    if (close !== '') insertions.add(end, close);
  } else {
    const wraps = observesResult && facts.returned.length > 0;
    insertions.add(body.start, `{${open}return ${wraps ? wrapsResult : ''}`);
    visitInside();
    insertions.add(body.end, `${wraps ? '))' : ''}${close}}`);
  }
}
