/**
 * The lines of one function out of an annotated source: from the line that holds `opening` to the brace that closes at the same
 * column. The whole text when it is not there.
 */
export function excerptOf(annotated, opening) {
  const lines = annotated.split('\n');
  const first = lines.findIndex((line) => line.includes(opening));
  if (first < 0) return annotated;
  const column = lines[first].indexOf(opening);
  const length = lines.slice(first).findIndex((line) => line.startsWith('}', column));
  return lines.slice(first, length < 0 ? undefined : first + length + 1).join('\n');
}
