/** An answer for people: what models get line by line, in paragraphs and lists of their own. */
export function readable(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) => (line.startsWith('- ') || line === '' ? line : `\n${line}\n`))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
