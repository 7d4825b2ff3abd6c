import type { FromProduction } from './productionText.js';

/** What an agent gets: the same facts as text and as data, within a budget, with what was left out. */
export interface AgentAnswer {
  /** Compact Markdown; text of production only in code spans. */
  readonly markdown: string;
  /** The same facts as data; text of production only in `untrusted`. */
  readonly structured: StructuredAnswer;
  /** Estimated, of the larger of the two. */
  readonly tokens: number;
}

/** The shape that all tools answer with (see toolSchemas.ts). */
export interface StructuredAnswer {
  /** One or two sentences of ours. */
  readonly summary: string;
  /** When the numbers were read, ISO-8601. */
  readonly asOf: string;
  /** How far back they reach, ISO-8601 duration. */
  readonly window: string;
  /** Where numbers come from; results name theirs by its index, in `source`. */
  readonly sources: readonly Record<string, unknown>[];
  readonly results: readonly Record<string, unknown>[];
  /** What was asked for and cannot be answered, and why. */
  readonly unmatched: readonly Unmatched[];
  /** How many of what were left out to stay within the budget; empty when nothing was. */
  readonly omitted: Readonly<Record<string, number>>;
  /** What to do next, one line. */
  readonly next: string;
}

export interface Unmatched {
  /** What could not be matched. A question may quote production, so it is fenced as well. */
  readonly asked: FromProduction;
  /** One sentence of ours. */
  readonly reason: string;
}

/** One line of a list: as text and as data. */
export interface Item {
  readonly text: string;
  readonly data: unknown;
}

/** A list that may be cut: callers, entry points, errors. Most important first. */
export interface ItemGroup {
  /** Key in the data. */
  readonly key: string;
  /** How the line begins. */
  readonly label: string;
  readonly items: readonly Item[];
  /** How many more there are than `items`. */
  readonly more: number;
  /** Kept for longest when room gets short. */
  readonly isEssential: boolean;
}

/** All that is to be said of one subject, most often a function. */
export interface Sheet {
  readonly heading: string;
  /** Where its numbers come from; said once for all that share it. */
  readonly source?: Item | undefined;
  /** Said whole whenever the sheet is not in its shortest form. */
  readonly lines: readonly string[];
  readonly groups: readonly ItemGroup[];
  readonly data: Readonly<Record<string, unknown>>;
  /** The one line that is left when room gets short, and its data. */
  readonly short: string;
  readonly shortData: Readonly<Record<string, unknown>>;
}

/** An answer before it is fitted into a budget. Sheets with the most important first. */
export interface Draft {
  readonly summary: string;
  readonly asOfMs: number;
  readonly window: string;
  readonly sheets: readonly Sheet[];
  readonly unmatched: readonly Unmatched[];
  readonly next: string;
  /** How subjects that were left out are called: `functions`, `findings`. */
  readonly subjects: string;
}
