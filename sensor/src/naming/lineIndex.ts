/** A place in a text: line and column 1-based, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** Turns places of `text` into offsets; places beyond its last line into its length. */
export function offsetIndex(text: string): (place: Place) => number {
  const starts = lineStarts(text);
  return ({ line, column }) => (starts[line - 1] ?? text.length) + column - 1;
}

/** Turns offsets of `text` into places. A line ends at LF, CR LF or CR, as in editors. */
export function lineIndex(text: string): (offset: number) => Place {
  const starts = lineStarts(text);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
