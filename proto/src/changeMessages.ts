import type { ViewProblem } from './viewMessages.js';

/** What the editor client and the language server say to each other about the change that is being made. Plain data only. */

/** Notification, client → server, no params: the change may be another now, although no open document says so. */
export const LOOK_AT_CHANGE_NOTIFICATION = 'hindcast/lookAtChange';

/** Request, client → server, no params; result: `ChangePage`. Answered from memory. */
export const CHANGE_REQUEST = 'hindcast/change';

/** Request, client → server, no params; result: the assessment as Markdown, as `hindcast assess --markdown` has it, or null. */
export const CHANGE_MARKDOWN_REQUEST = 'hindcast/changeMarkdown';

/** Command of the client, which lenses carry: shows the Change view. No argument. */
export const SHOW_CHANGE_COMMAND = 'hindcast.showChange';

export const CHANGE_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type ChangeLevel = (typeof CHANGE_LEVELS)[number];

/** What the status says of the change: it is sent with every other status, so it is short. */
export interface ChangeStatus {
  /** Rises when there is something else to see. */
  readonly revision: number;
  /** Whether the settings want it in the status item. */
  readonly isInStatusItem: boolean;
  /** 0..100, rounded; the largest when several repositories are open. */
  readonly risk: number;
  readonly level: ChangeLevel;
  /** Functions that do something else than before; 0 where nothing differs. */
  readonly functions: number;
  /** `1.4.2`, or `the last commit`; empty where nothing differs. May come from production. */
  readonly since: string;
}

export interface ChangePage {
  /** Why nothing can be said; then there are no repositories. */
  readonly problem?: ViewProblem;
  /** False until the first assessment is made. */
  readonly isAssessed: boolean;
  /** Those where something differs. */
  readonly repositories: readonly RepositoryChange[];
}

/** The change of one repository. All strings are plain text, and may come from production. */
export interface RepositoryChange {
  /** Name of its folder. */
  readonly name: string;
  readonly since: string;
  /** 0..100, rounded. */
  readonly risk: number;
  readonly level: ChangeLevel;
  /** One sentence each: how the base was chosen, why exposure is not known. */
  readonly notes: readonly string[];
  /** Largest first; those that add nothing are left out. */
  readonly factors: readonly ChangeFactor[];
  /** Largest contribution first. */
  readonly functions: readonly ChangedFunction[];
  readonly functionsOmitted: number;
  readonly unmatched: readonly UnmatchedRow[];
  readonly unmatchedOmitted: number;
}

export interface ChangeFactor {
  readonly name: string;
  /** `+21`, of the risk's points. */
  readonly points: string;
  readonly facts: readonly (readonly [string, string])[];
}

export interface ChangedFunction {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  /** In the working tree; absent for a function that was taken out. */
  readonly place?: ChangePlace;
  /** `risk 34 · +2 DB calls · 40.1k/min`. */
  readonly figures: string;
  /** Whether it alone is more than a low risk. */
  readonly isRisky: boolean;
  /** What it costs and what goes through it, one line each. */
  readonly lines: readonly ChangeLine[];
  readonly facts: readonly (readonly [string, string])[];
}

export interface ChangeLine {
  readonly kind: 'cost' | 'added' | 'removed' | 'entryPoint' | 'services' | 'note';
  readonly text: string;
  readonly place?: ChangePlace;
}

export interface UnmatchedRow {
  readonly label: string;
  readonly reason: string;
  readonly place?: ChangePlace;
}

export interface ChangePlace {
  readonly uri: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}
