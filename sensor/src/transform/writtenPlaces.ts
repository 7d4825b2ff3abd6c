import { lineIndex, offsetIndex, type Place } from '../naming/lineIndex.js';
import type { OriginalPlace, OriginalPositions } from './originalPositions.js';
import { child, identifierText, list, type SyntaxNode } from './syntax.js';

/** What a source map says about functions and names of the text that runs. */
export interface WrittenPlaces {
  /** Where a function that is named or starts at `offset` was written; undefined for one that a compiler added, whatever its map says. */
  functionAt(node: SyntaxNode, offset: number): OriginalPlace | undefined;
  /** The name that an identifier had in its source; undefined where that is not known. */
  nameOf(identifier: SyntaxNode): string | undefined;
}

interface Source {
  readonly text: string;
  readonly offsetOf: (place: Place) => number;
  readonly placeOf: (offset: number) => Place;
}

/** A function's head is looked at this far from where the map points to. Characters. */
const REACH = 300;

export function writtenPlaces(text: string, maps: OriginalPositions): WrittenPlaces {
  const place = lineIndex(text);
  const sources = new Map<string, Source | undefined>();
  const sourceOf = (path: string): Source | undefined => {
    if (!sources.has(path)) {
      const found = maps.text(path);
      sources.set(
        path,
        found === undefined ? undefined : { text: found, offsetOf: offsetIndex(found), placeOf: lineIndex(found) },
      );
    }
    return sources.get(path);
  };

  /** The original place of `offset`, moved by what `start` makes of the original text there. */
  function locate(offset: number, start: (text: string, at: number) => number | undefined): OriginalPlace | undefined {
    const found = maps.original(place(offset));
    const source = found && sourceOf(found.path);
    if (!source) return found;
    const at = start(source.text, source.offsetOf(found));
    return at === undefined ? undefined : { path: found.path, ...source.placeOf(at) };
  }

  return {
    functionAt(node, offset) {
      if (offset !== node.start) {
        const isConstructor = text.startsWith('constructor', offset);
        const accessor = /\b[gs]et\s+$/.exec(text.slice(Math.max(0, offset - 10), offset))?.[0].trim();
        const start = isConstructor ? constructorStart : accessor ? accessorStart(accessor) : namedStart;
        const named = locate(offset, start);
        return named ?? locate(statementStart(text, node), defaultStart);
      }
      const direct = locate(offset, anonymousStart) ?? locate(statementStart(text, node), defaultStart);
      if (direct || node.type !== 'ArrowFunctionExpression') return direct;
      return locateByHead(node, locate);
    },
    nameOf(identifier) {
      const found = maps.original(place(identifier.start));
      const source = found && sourceOf(found.path);
      // What TypeScript, Babel, webpack and Rspack call what has no name; it has no place in the source.
      if (!source)
        return /^(?:default_\d+|_default\d*|__WEBPACK_DEFAULT_EXPORT__|__rspack_default_export)$/.test(
          identifierText(identifier) ?? '',
        )
          ? 'default'
          : undefined;
      const at = source.offsetOf(found);
      const written = source.text.slice(at, at + REACH);
      if (/^(?:export\s+)?default\b/.test(written)) return 'default';
      return /^#?(?!(?:export|function|class|async)\b)[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(written)?.[0];
    },
  };
}

/** Some compilers map an arrow function only from its first parameter or its body on. */
function locateByHead(
  node: SyntaxNode,
  locate: (offset: number, start: (text: string, at: number) => number | undefined) => OriginalPlace | undefined,
): OriginalPlace | undefined {
  const parameter = list(node, 'params')[0];
  if (parameter) return locate(parameter.start, beforeParameter) ?? locate(node.start, beforeParameter);
  const body = child(node, 'body');
  if (!body) return undefined;
  for (const offset of [body.start, body.start + 1]) {
    const found = locate(offset, beforeBody);
    if (found) return found;
  }
  return undefined;
}

/** TypeScript maps an anonymous default export, which CommonJS makes a declaration, by its statement only. */
function statementStart(text: string, node: SyntaxNode): number {
  const before = 'export default ';
  return text.endsWith(before, node.start) ? node.start - before.length : node.start;
}

/** Enums, namespaces and classes with fields become functions, which map to text that is none of these. */
function defaultStart(text: string, at: number): number | undefined {
  const words = /^(?:export\s+)?default\s+(?=(?:async\s+)?function\b)/.exec(text.slice(at, at + REACH))?.[0];
  if (words !== undefined) return at + words.length;
  const isExported = /\bdefault\s+$/.test(text.slice(Math.max(0, at - 20), at));
  return isExported && /^(?:async\s+)?function\b/.test(text.slice(at, at + REACH)) ? at : undefined;
}

/** A constructor is mapped from its modifiers on, but stands at its name. */
function constructorStart(text: string, at: number): number | undefined {
  const modifiers = /^(?:(?:public|protected|private)\s+)?(?=constructor\b)/.exec(text.slice(at, at + REACH))?.[0];
  return modifiers === undefined ? undefined : at + modifiers.length;
}

function namedStart(text: string, at: number): number | undefined {
  return defaultStart(text, at) ?? (/^[\p{ID_Start}$_#['"\d]/u.test(text.slice(at, at + 2)) ? at : undefined);
}

/** Compilers make getters for exports, and map them to what is exported. */
function accessorStart(kind: string): (text: string, at: number) => number | undefined {
  return (text, at) => {
    const before = text.slice(Math.max(0, at - REACH), at).trimEnd();
    return before.endsWith(kind) ? namedStart(text, at) : undefined;
  };
}

function anonymousStart(text: string, at: number): number | undefined {
  const head = /^(?:async\b|function\b|[(<]|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u;
  return defaultStart(text, at) ?? (head.test(text.slice(at, at + REACH)) ? at : undefined);
}

/** `at` is the first parameter of an arrow function: its start lies before the parenthesis. */
function beforeParameter(text: string, at: number): number | undefined {
  const before = text.slice(Math.max(0, at - REACH), at);
  const opening = /(?:\basync\s*)?(?:<[^<>()]*>\s*)?\(\s*$/.exec(before)?.[0];
  if (opening !== undefined) return at - opening.length;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>/u.test(text.slice(at, at + REACH)) ? at : undefined;
}

/** `at` is the body of an arrow function without parameters. */
function beforeBody(text: string, at: number): number | undefined {
  const before = text.slice(Math.max(0, at - REACH), at);
  const head = /(?:\basync\s*)?(?:<[^<>()]*>\s*)?\(\s*\)(?:\s*:[^=()]*)?\s*=>\s*\(*\s*$/.exec(before)?.[0];
  return head === undefined ? undefined : at - head.length;
}
