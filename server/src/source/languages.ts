import type { Node } from '@vscode/tree-sitter-wasm';
import { csharpRules, goRules, javaRules, rustRules } from './compiledRules.js';
import { findEcmaFunctions } from './ecmaFunctions.js';
import { scopedFunctions } from './scopedFunctions.js';
import { phpRules, pythonRules, rubyRules } from './scriptRules.js';
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
  /** Whether the functions of a statement at the top of a file are the same whatever is around it. */
  readonly hasIndependentStatements?: boolean;
}

export const languages: readonly Language[] = [
  {
    grammar: 'typescript',
    languageIds: ['typescript'],
    extensions: ['.ts', '.mts', '.cts'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
    hasIndependentStatements: true,
  },
  {
    grammar: 'tsx',
    languageIds: ['typescriptreact'],
    extensions: ['.tsx'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
    hasIndependentStatements: true,
  },
  {
    grammar: 'javascript',
    languageIds: ['javascript', 'javascriptreact'],
    extensions: ['.js', '.mjs', '.cjs', '.jsx'],
    comments: 'slash',
    findFunctions: findEcmaFunctions,
    hasIndependentStatements: true,
  },
  {
    grammar: 'python',
    languageIds: ['python'],
    extensions: ['.py'],
    comments: 'hash',
    findFunctions: scopedFunctions(pythonRules),
  },
  {
    grammar: 'java',
    languageIds: ['java'],
    extensions: ['.java'],
    comments: 'slash',
    findFunctions: scopedFunctions(javaRules),
  },
  {
    grammar: 'go',
    languageIds: ['go'],
    extensions: ['.go'],
    comments: 'slash',
    findFunctions: scopedFunctions(goRules),
  },
  {
    grammar: 'c-sharp',
    languageIds: ['csharp'],
    extensions: ['.cs'],
    comments: 'slash',
    findFunctions: scopedFunctions(csharpRules),
  },
  {
    grammar: 'rust',
    languageIds: ['rust'],
    extensions: ['.rs'],
    comments: 'slash',
    findFunctions: scopedFunctions(rustRules),
  },
  {
    grammar: 'ruby',
    languageIds: ['ruby'],
    extensions: ['.rb'],
    comments: 'hash',
    findFunctions: scopedFunctions(rubyRules),
  },
  {
    grammar: 'php',
    languageIds: ['php'],
    extensions: ['.php'],
    comments: 'both',
    findFunctions: scopedFunctions(phpRules),
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
