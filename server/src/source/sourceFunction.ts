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
