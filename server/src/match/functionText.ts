import type { CommentStyle, LocatedFunction, ParsedText } from '../source/sourceFunction.js';
import { tokensOf } from '../source/tokens.js';

/** Stands for the function's own name in its text, so that renaming it does not count as an edit. */
const SELF = '\u0000self';
/** Stands for a function that is nested in it. */
const NESTED = '\u0000nested';

/** One function with its text, as drift is judged by. Tokens are made when they are first asked for: most never are. */
export class FunctionText {
  readonly #text: string;
  readonly #comments: CommentStyle;
  readonly #nested: readonly LocatedFunction[];
  #tokens: readonly string[] | undefined;
  #ownTokens: readonly string[] | undefined;
  #key: string | undefined;
  #segments: readonly string[] | undefined;
  #qualifiedName: string | undefined;

  readonly source: LocatedFunction;
  readonly file: string;

  constructor(text: ParsedText, source: LocatedFunction, nested: readonly LocatedFunction[], file: string) {
    this.#text = text.text;
    this.#comments = text.comments;
    this.#nested = nested;
    this.source = source;
    this.file = file;
  }

  /** The file, when it is given, and the segments of the name, outermost first. */
  get segments(): readonly string[] {
    return (this.#segments ??= [...(this.file === '' ? [] : [this.file]), ...segmentsOf(this.source.name)]);
  }

  /** The name within all files that are looked at. */
  get qualifiedName(): string {
    return (this.#qualifiedName ??= this.segments.join('.'));
  }

  /** Whether someone chose its name, rather than its place. */
  get isNamed(): boolean {
    return !/^[<[{]|^lambda\$|^func\d|^\d/.test(this.lastSegment) && !this.source.name.startsWith('block ');
  }

  get lastSegment(): string {
    return this.segments.at(-1) ?? '';
  }

  /** The qualified name without its last segment. */
  get container(): string {
    return this.segments.slice(0, -1).join('.');
  }

  /** Parameters and body, with everything that is nested. */
  get tokens(): readonly string[] {
    return (this.#tokens ??= this.#tokensOf(this.#text.slice(this.source.start, this.source.end)));
  }

  /** The same with one sign in place of each nested function. */
  get ownTokens(): readonly string[] {
    if (this.#nested.length === 0) return this.tokens;
    if (this.#ownTokens) return this.#ownTokens;
    const pieces: string[] = [];
    let from = this.source.start;
    for (const { start, end } of this.#nested) {
      pieces.push(this.#text.slice(from, start));
      from = end;
    }
    pieces.push(this.#text.slice(from, this.source.end));
    this.#ownTokens = pieces.flatMap((piece, index) => [...(index > 0 ? [NESTED] : []), ...this.#tokensOf(piece)]);
    return this.#ownTokens;
  }

  /** Equal for functions that differ in name, layout and comments only. */
  get key(): string {
    return (this.#key ??= this.tokens.join('\u0001'));
  }

  #tokensOf(text: string): string[] {
    const name = this.isNamed ? this.lastSegment.replace(/^(?:get|set) /, '') : undefined;
    const tokens = tokensOf(text, this.#comments);
    return name === undefined ? tokens : tokens.map((token) => (token === name ? SELF : token));
  }
}

/** The functions of a text, each with what is directly nested in it. */
export function functionTexts(text: ParsedText, file = ''): FunctionText[] {
  const nested = new Map<LocatedFunction, LocatedFunction[]>();
  const open: LocatedFunction[] = [];
  for (const own of text.functions) {
    while ((open.at(-1)?.end ?? Infinity) <= own.start) open.pop();
    const outer = open.at(-1);
    if (outer) nested.set(outer, [...(nested.get(outer) ?? []), own]);
    open.push(own);
  }
  return text.functions.map((own) => new FunctionText(text, own, nested.get(own) ?? [], file));
}

/** Splits at `.`, `::`, `\` and `#` that are not within `<…>`. */
export function segmentsOf(name: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < name.length; index++) {
    const char = name.charAt(index);
    if (char === '<') depth++;
    else if (char === '>') depth = Math.max(0, depth - 1);
    else if (depth === 0 && index > from) {
      // A private name of JavaScript begins with its `#`.
      const separator = name.startsWith('::', index) ? 2 : '.#\\'.includes(char) ? 1 : 0;
      if (separator === 0) continue;
      segments.push(name.slice(from, index));
      from = index + separator;
      index = from - 1;
    }
  }
  segments.push(name.slice(from));
  return segments;
}
