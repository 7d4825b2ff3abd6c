import type { Exemplar } from './context/exemplars.js';
import type { SeriesNamed } from './context/series.js';

/** What the threads of a program tell the reporter about its files. All of it survives structured cloning. */

export interface DeclaredFunction {
  readonly id: number;
  readonly name: string;
  /** 1-based, in the original file. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** First 16 hex digits of the SHA-1 of the body's text, or empty. */
  readonly hash: string;
}

/** An original file with the functions that one loaded file brought of it. */
export interface FileLoaded {
  readonly kind: 'loaded';
  readonly path: string;
  /** Git blob id of the text, or empty when the text is not at hand. */
  readonly hash: string;
  readonly functions: readonly DeclaredFunction[];
}

export interface FileNotObserved {
  readonly kind: 'notObserved';
  readonly path: string;
  /** One sentence for a person. */
  readonly reason: string;
}

export interface ErrorTypeNamed {
  readonly kind: 'errorType';
  readonly index: number;
  readonly name: string;
}

export type Declaration = FileLoaded | FileNotObserved | ErrorTypeNamed | SeriesNamed | Exemplar;
