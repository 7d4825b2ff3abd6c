// Text of SQL and of rows. There are no query parameters: old servers do not know them.

/** A string literal. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\'\0\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** The inside of an IN list; of nothing when there is nothing. */
export function quotedList(texts: readonly string[]): string {
  return texts.length === 0 ? 'NULL' : texts.map(quoted).join(',');
}

/** The inside of an IN list of ids; ids start at 1. */
export function idList(ids: readonly number[]): string {
  return ids.length === 0 ? '0' : ids.join(',');
}

/** A name as an identifier. */
export function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

export type Cell = string | number | readonly number[];

/** One row of the format TabSeparated, without its line end. */
export function tsvRow(cells: readonly Cell[]): string {
  return cells
    .map((cell) =>
      typeof cell === 'string'
        ? cell.replace(/[\\\0\n\r\t]/g, (character) => ESCAPES[character] ?? character)
        : typeof cell === 'number'
          ? String(cell)
          : `[${cell.join(',')}]`,
    )
    .join('\t');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
