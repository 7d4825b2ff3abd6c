/** One function of a source text, named and placed as docs/naming.md says. */
export interface SourceFunction {
  readonly name: string;
  /** 1-based line of the name token, or of the function's first token where it has no name of its own. */
  readonly line: number;
  /** 1-based column of the same place, in UTF-16 code units. */
  readonly column: number;
  /** 1-based line of the body's last character. */
  readonly endLine: number;
  /** First 16 hex digits of the SHA-1 of the body's text. */
  readonly bodyHash: string;
}

/** A function and where its parts are in its text: 0-based offsets in UTF-16 code units, ends exclusive. */
export interface LocatedFunction extends SourceFunction {
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** A text whose functions are known, in the order of the text. */
export interface ParsedText {
  readonly text: string;
  readonly functions: readonly LocatedFunction[];
  /** How comments begin in its language. */
  readonly comments: CommentStyle;
}

/** `slash`: `//` and C's block comments; `hash`: `#`; `both`: all of them. */
export type CommentStyle = 'slash' | 'hash' | 'both';
