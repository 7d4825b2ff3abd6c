import { escapeMarkdown } from '@hindcast/core/markdown';

type Facts = readonly (readonly [string, string])[];

const MAX_FACT_LENGTH = 200;

/** The facts of a row as Markdown: for its tooltip, and to paste. What came from production is escaped. */
export function factsMarkdown(title: string, facts: Facts): string {
  const lines = facts.map(([name, fact]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(fact, MAX_FACT_LENGTH)}`);
  return [`**${escapeMarkdown(title)}**`, '', ...lines].join('\n');
}

/** What a screen reader says for a row: everything that is on the screen, in order. */
export function rowLabel(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
