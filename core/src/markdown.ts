/**
 * A string that may have come from production (a service, error type, function or file name) as Markdown that shows exactly it:
 * no formatting, link, image, HTML, icon or table cell can come out of it. One line; control characters, direction overrides
 * and zero-width characters are dropped; at most `maxLength` characters, cut with `…`.
 */
export function escapeMarkdown(text: string, maxLength = 120): string {
  const oneLine = text.replace(BREAKS, ' ').replace(UNSEEN, '').replace(/ {2,}/g, ' ').trim();
  const characters = Array.from(oneLine);
  const cut = characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : oneLine;
  return (
    cut
      .replace(/[!-/:-@[-`{-~]/g, (character) => `\\${character}`)
      // Icons are found after the escapes are gone: a gap keeps `$(name)` from being one.
      .replaceAll('\\$\\(', '\\$ \\(')
  );
}

/** What ends a line or a table row, and other controls. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** What reorders or hides text. */
const UNSEEN = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
