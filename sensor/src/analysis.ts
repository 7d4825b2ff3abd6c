import type { FileLoaded, FileNotObserved } from './declarations.js';
import type { Recipe } from './transform/insertions.js';

/**
 * What is known of a text before it runs. Plain data, the same in every process that runs the same text at the same place: ids of
 * functions are relative, from 0 on.
 */
export interface Analysis {
  /** Undefined when the text is to run as it is. */
  readonly recipe: Recipe | undefined;
  /** Observed functions. */
  readonly functionCount: number;
  readonly files: readonly (FileLoaded | FileNotObserved)[];
  /** Absolute paths of what else was read: source maps and original sources. */
  readonly reads: readonly string[];
}
