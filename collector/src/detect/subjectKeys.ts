import { dependencyKeyText, entryPointKeyText } from '../store/keys.js';
import type { DependencyKey, EntryPointKey } from '../store/model.js';

/** What a regression can be found in. Functions are told by their keys of `sameFunctions`. */
export type SubjectKey =
  | { readonly kind: 'function'; readonly fn: string }
  | { readonly kind: 'entry'; readonly entryPoint: EntryPointKey }
  | { readonly kind: 'dependency'; readonly fn: string; readonly dependency: DependencyKey }
  | { readonly kind: 'edge'; readonly fn: string; readonly callee: string }
  /** A function's calls on behalf of an entry point: where it can be reached from, nothing that is compared itself. */
  | { readonly kind: 'reach'; readonly fn: string; readonly entryPoint: EntryPointKey };

/** Equal exactly when the keys are. */
export function subjectText(key: SubjectKey): string {
  switch (key.kind) {
    case 'function':
      return `f${key.fn}`;
    case 'entry':
      return `e${entryPointKeyText(key.entryPoint)}`;
    case 'dependency':
      return `d${key.fn}\x01${dependencyKeyText(key.dependency)}`;
    case 'reach':
      return `r${key.fn}\x01${entryPointKeyText(key.entryPoint)}`;
    case 'edge':
      return `c${key.fn}\x01${key.callee}`;
  }
}
