const MAX_CHARACTERS = 120;

/**
 * A string that came from production (a service, error type, function or file name) as Markdown that shows exactly it: no
 * formatting, link, image, HTML, icon or table cell can come out of it. Control characters and direction overrides are
 * dropped, long strings are cut.
 */
export function escapeMarkdown(text: string): string {
  const visible = text
    // Line ends would end a table row; controls and bidirectional overrides would make it look like something else.
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');
  const characters = Array.from(visible);
  const cut = characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…` : visible;
  return (
    cut
      .replace(/[!-/:-@[-`{-~]/g, (character) => `\\${character}`)
      // Icons are found after the escapes are gone: a gap keeps `$(name)` from being one.
      .replaceAll('\\$\\(', '\\$ \\(')
  );
}
