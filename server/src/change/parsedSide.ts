import type { Node } from '@vscode/tree-sitter-wasm';
import { functionTexts, type FunctionText } from '../match/functionText.js';
import type { Grammars } from '../source/grammars.js';
import { languageOfPath, type Language } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import type { LocatedFunction, ParsedText } from '../source/sourceFunction.js';
import type { ChangedText } from './changedText.js';

/** A statement at the top of a file: offsets in UTF-16 code units, end exclusive. */
export interface TopStatement {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
}

/** One side of a changed file, read. */
export interface ParsedSide {
  readonly path: string;
  readonly contentHash: string;
  readonly language: Language;
  readonly parsed: ParsedText;
  readonly texts: readonly FunctionText[];
  readonly statements: readonly TopStatement[];
  readonly source: SourceFile;
}

/** Undefined in a language that is not read. */
export async function parseText(
  grammars: Grammars,
  { path, text, contentHash }: ChangedText,
): Promise<ParsedSide | undefined> {
  const language = languageOfPath(path);
  if (!language) return undefined;
  const source = await SourceFile.open(grammars, language, text);
  const { functions, comments } = source;
  const parsed = { text, functions, comments };
  const statements = source.read(topStatements) ?? [];
  return { path, contentHash, language, parsed, texts: functionTexts(parsed, path), statements, source };
}

function topStatements(root: Node): TopStatement[] {
  return root.namedChildren.flatMap((node) =>
    node ? [{ type: node.type, start: node.startIndex, end: node.endIndex, line: node.startPosition.row + 1 }] : [],
  );
}

/** The functions that stand directly in another, or in none. */
export function directlyIn(
  functions: readonly LocatedFunction[],
  outer: { readonly start: number; readonly end: number },
): LocatedFunction[] {
  const found: LocatedFunction[] = [];
  let end = -1;
  for (const own of functions) {
    if (own.start < outer.start || own.end > outer.end || own === outer || own.start < end) continue;
    if (own.start === outer.start && own.end === outer.end) continue;
    found.push(own);
    end = own.end;
  }
  return found;
}

/** A piece of text without the functions that stand in it; a NUL for each. */
export function ownSource({ parsed }: ParsedSide, own: { readonly start: number; readonly end: number }): string {
  const pieces: string[] = [];
  let from = own.start;
  for (const inner of directlyIn(parsed.functions, own)) {
    pieces.push(parsed.text.slice(from, inner.start));
    from = inner.end;
  }
  return [...pieces, parsed.text.slice(from, own.end)].join('\0');
}
