/**
 * Makes text that came from production (names, versions, messages) show as itself in Markdown: no emphasis, links, images, code,
 * HTML, headings, tables, theme icons or bare links; one line; at most `maxLength` characters, then `…`.
 */
export function escapeMarkdown(text: string, maxLength = 120): string {
  const oneLine = text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
  const characters = Array.from(oneLine);
  const capped = characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : oneLine;
  return capped
    .replace(/[\\`*_{}[\]()#+\-.!|~$:@/=]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/** Controls, and what reorders or hides text. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
