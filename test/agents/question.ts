import type { ToolAnswer } from './mcpClient.js';

/** A question with a known answer, or a trap: asked in words of a person, answered by one call of a tool. */
export interface Question {
  readonly id: string;
  /** What a real model would be asked. */
  readonly words: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** Everything that is wrong with an answer; empty when it is right. */
  readonly check: (answer: ToolAnswer) => readonly string[];
  /** What a model's own words must have to be right: each a set of alternatives. */
  readonly facts?: readonly (readonly string[])[];
}

export interface ResultData {
  readonly function?: string | { readonly untrusted: string };
  readonly file?: string;
  readonly line?: number;
  readonly state?: string;
  readonly calls?: number | null;
  readonly errors?: number | null;
  readonly source?: number;
  readonly cautions?: readonly string[] | number;
  readonly match?: string;
  readonly callers?: readonly { readonly untrusted?: string; readonly calls?: number }[];
  readonly errorsByType?: readonly { readonly untrusted: string; readonly count: number }[];
  readonly entryPoints?: readonly { readonly untrusted: string; readonly share: number }[];
  readonly dependencies?: readonly { readonly untrusted: string; readonly perCall: number | null }[];
  readonly answeredBy?: { readonly untrusted: string };
  readonly reachedFrom?: readonly { readonly service: { readonly untrusted: string }; readonly functions: number }[];
}

export function resultsOf(answer: ToolAnswer): readonly ResultData[] {
  return (answer.structured['results'] ?? []) as readonly ResultData[];
}

/** The result about one function of the repository. */
export function resultFor(answer: ToolAnswer, path: string, name: string): ResultData | undefined {
  const shown = name.replaceAll('<', '‹').replaceAll('>', '›');
  return resultsOf(answer).find((each) => each.file === path && each.function === shown);
}

/** Every answer says when, over what window, and for a number whose it is. */
export function provenanceProblems(
  answer: ToolAnswer,
  result: ResultData | undefined,
  service: string,
  version: string,
): string[] {
  const problems: string[] = [];
  const { asOf, window, sources } = answer.structured as {
    asOf?: string;
    window?: string;
    sources?: { untrusted: string }[];
  };
  if (asOf === undefined || Math.abs(Date.now() - Date.parse(asOf)) > 10 * 60_000) problems.push('not dated');
  if (!window || !answer.text.includes(window)) problems.push('the window is not said');
  if (result) {
    const source = sources?.[result.source ?? -1]?.untrusted ?? '';
    if (!source.startsWith(`${service} `) || !source.includes(version)) problems.push(`attributed to "${source}"`);
    if (!answer.text.includes(source)) problems.push('the text does not name the service');
  }
  return problems;
}
