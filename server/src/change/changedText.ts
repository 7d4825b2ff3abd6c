import type { UnmatchedChange } from '@hindcast/core/assess/assessment';

/** One file of one side of a change. */
export interface ChangedText {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Git blob id. */
  readonly contentHash: string;
}

/** A file that differs: at least one side is there. */
export interface TextPair {
  readonly before: ChangedText | undefined;
  readonly after: ChangedText | undefined;
}

/** Two trees, as far as they differ. */
export interface ReadChange {
  readonly pairs: readonly TextPair[];
  /** Files that differ and are not in `pairs`, each with the reason. */
  readonly unmatched: readonly UnmatchedChange[];
  readonly filesChanged: number;
  /** The texts of files that do not differ, by path; those that are not there are left out. */
  readonly readOthers: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

export function unmatchedFile(file: string, reason: string): UnmatchedChange {
  return { file, name: '', line: undefined, reason };
}
