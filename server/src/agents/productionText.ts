/**
 * The border between what production said and what a model reads. Every string that came in from a running system goes through
 * here: services, routes, error types, targets, versions, and the names and paths of functions that were not found in the
 * repository at hand. It is data, never instruction, and it must not be able to look like anything else.
 */

/** Longest production text in an answer, characters; longer ones are cut with `…`. */
export const MAX_PRODUCTION_CHARACTERS = 100;

/** Text of a production system in structured output: nothing else in an answer comes from there. */
export interface FromProduction {
  readonly untrusted: string;
}

/**
 * One line of visible characters. Dropped: controls, direction overrides, zero-width, tag and variation characters, and other
 * ones that show nothing. Made harmless: HTML's brackets, code fences, link and image syntax, icons, schemes of addresses.
 */
export function cleanText(text: string, maxCharacters = MAX_PRODUCTION_CHARACTERS): string {
  const shown = text
    .slice(0, maxCharacters * 8)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(UNSEEN, '')
    .replaceAll('`', "'")
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/\]\s*(?=[([:])/g, '] ')
    .replace(/!(?=\[)/g, '! ')
    .replace(/\$(?=\()/g, '$ ')
    .replace(/:(?=\/\/)|(?<=\b(?:javascript|data|command|vscode|file|mailto)):/gi, ': ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = Array.from(shown);
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : shown;
}

/** For Markdown: a code span, which renders nothing and which its content cannot end. */
export function fenced(text: string, maxCharacters = MAX_PRODUCTION_CHARACTERS): string {
  const clean = cleanText(text, maxCharacters);
  return clean === '' ? '`(empty)`' : `\`${clean}\``;
}

/** For structured output. */
export function fromProduction(text: string, maxCharacters = MAX_PRODUCTION_CHARACTERS): FromProduction {
  return { untrusted: cleanText(text, maxCharacters) };
}

/**
 * Text of the repository at hand (a path, a function's name) or of the person who asks: not fenced, since whoever reads the answer
 * can read the repository, but no markup either.
 */
export function ownText(text: string, maxCharacters = 200): string {
  return cleanText(text, maxCharacters).replace(/[*_~](?=[*_~])/g, '');
}

/** What is not seen, or reorders what is. */
const UNSEEN =
  /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;
