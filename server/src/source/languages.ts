import type { Node } from '@vscode/tree-sitter-wasm';
import { findEcmaFunctions } from './ecmaFunctions.js';
import type { CommentStyle, LocatedFunction } from './sourceFunction.js';

/** How functions are found in the files of one language. To add a language, add a row and a finder. */
export interface Language {
  /** Grammar file is `tree-sitter-<grammar>.wasm`. */
  readonly grammar: string;
  /** Language ids of the Language Server Protocol. */
  readonly languageIds: readonly string[];
  /** With the dot. */
  readonly extensions: readonly string[];
  readonly comments: CommentStyle;
  readonly findFunctions: (root: Node) => LocatedFunction[];
}

export const languages: readonly Language[] = [
  {
    grammar: 'typescript',
    languageIds: ['typescript'],
    extensions: ['.ts', '.mts', '.cts'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
  },
  {
    grammar: 'tsx',
    languageIds: ['typescriptreact'],
    extensions: ['.tsx'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
  },
  {
    grammar: 'javascript',
    languageIds: ['javascript', 'javascriptreact'],
    extensions: ['.js', '.mjs', '.cjs', '.jsx'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
  },
];

/** The language of a file by its name's extension; undefined when it is not read yet. */
export function languageOfPath(path: string): Language | undefined {
  const lower = path.toLowerCase();
  return languages.find(({ extensions }) => extensions.some((extension) => lower.endsWith(extension)));
}

/** The language of an open document: by its language id, else by its path. */
export function languageOfDocument(languageId: string, path: string): Language | undefined {
  return languages.find(({ languageIds }) => languageIds.includes(languageId)) ?? languageOfPath(path);
}
