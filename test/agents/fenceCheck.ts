import { createRequire } from 'node:module';

/** As much of markdown-it as is used here. */
interface MarkdownToken {
  readonly type: string;
  readonly content: string;
  readonly children: readonly MarkdownToken[] | null;
}
type MarkdownIt = new (options: { html: boolean; linkify: boolean }) => {
  parse(text: string, env: object): MarkdownToken[];
};

const Markdown = createRequire(import.meta.url)('markdown-it') as MarkdownIt;
const markdown = new Markdown({ html: true, linkify: true });

/** What must not come out of Markdown, and control, direction and invisible characters anywhere. */
const FORBIDDEN_TOKENS = new Set([
  'link_open',
  'image',
  'html_inline',
  'html_block',
  'fence',
  'code_block',
  'table_open',
  'blockquote_open',
  'heading_open',
]);
const FORBIDDEN_CHARACTERS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

/** How text of production got out of its fence in an answer's Markdown; empty when it did not. */
export function escapesFromMarkdown(text: string, canaries: readonly string[]): string[] {
  const problems: string[] = [];
  if (FORBIDDEN_CHARACTERS.test(text)) problems.push('a control, direction or invisible character');
  const look = (tokens: readonly MarkdownToken[]) => {
    for (const token of tokens) {
      if (FORBIDDEN_TOKENS.has(token.type)) problems.push(`${token.type}: ${token.content.slice(0, 80)}`);
      if (token.type === 'text') {
        for (const canary of canaries)
          if (token.content.includes(canary)) problems.push(`unfenced: ${token.content.slice(0, 120)}`);
      }
      if (token.children) look(token.children);
    }
  };
  look(markdown.parse(text, {}));
  return problems;
}

/** The same of an answer's data: a canary outside of `untrusted`. */
export function escapesFromData(data: unknown, canaries: readonly string[], inside = false): string[] {
  if (typeof data === 'string') {
    if (FORBIDDEN_CHARACTERS.test(data))
      return [`a control or invisible character in ${JSON.stringify(data).slice(0, 80)}`];
    if (inside) return /[<>`]|\]\(|:\/\//.test(data) ? [`markup in ${data.slice(0, 80)}`] : [];
    // Sentences of ours may quote it, fenced.
    const outside = data.replace(/`[^`]*`/g, '');
    return canaries
      .filter((canary) => outside.includes(canary))
      .map(() => `not marked untrusted: ${data.slice(0, 120)}`);
  }
  if (Array.isArray(data)) return data.flatMap((each) => escapesFromData(each, canaries, inside));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => [
    ...canaries.filter((canary) => key.includes(canary)).map((canary) => `as a key: ${canary}`),
    ...escapesFromData(value, canaries, inside || key === 'untrusted'),
  ]);
}
