import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as treeSitterModule from '@vscode/tree-sitter-wasm';
import type { Language as Grammar, Parser } from '@vscode/tree-sitter-wasm';
import { TreePool } from './treePool.js';

// The package is one CommonJS script: bundlers hand over its exports, Node hands them over as `default`.
const treeSitter = (treeSitterModule as { default?: typeof treeSitterModule }).default ?? treeSitterModule;

const RUNTIME_FILE = 'tree-sitter.wasm';

/** Loads tree-sitter and its grammars from one folder, each once. */
export class Grammars {
  readonly #folder: string;
  /** The trees of all texts that are parsed with these grammars. */
  readonly trees: TreePool;
  readonly #parsers = new Map<string, Promise<Parser>>();

  /**
   * @param folder Where `tree-sitter.wasm` and the grammars are; found by `findGrammarsFolder` when absent.
   * @param trees which syntax trees are kept
   */
  constructor(folder: string = findGrammarsFolder(), trees = new TreePool()) {
    this.#folder = folder;
    this.trees = trees;
  }

  /** The parser for that grammar: one for all texts, for parsing is never interrupted. Fails when its file is missing or not a grammar. */
  parser(grammar: string): Promise<Parser> {
    let loading = this.#parsers.get(grammar);
    if (!loading) {
      loading = this.#load(grammar).then((loaded) => new treeSitter.Parser().setLanguage(loaded));
      this.#parsers.set(grammar, loading);
    }
    return loading;
  }

  async #load(grammar: string): Promise<Grammar> {
    await initialise(this.#folder);
    return treeSitter.Language.load(join(this.#folder, `tree-sitter-${grammar}.wasm`));
  }
}

let initialised: Promise<void> | undefined;

/** The WebAssembly runtime is one per process, whichever folder asked first. */
function initialise(folder: string): Promise<void> {
  initialised ??= treeSitter.Parser.init({ locateFile: (file) => join(folder, file) });
  return initialised;
}

/** `grammars/` beside the bundle, else the package that ships them. */
export function findGrammarsFolder(): string {
  const beside = join(dirname(fileURLToPath(import.meta.url)), 'grammars');
  if (existsSync(join(beside, RUNTIME_FILE))) return beside;
  const manifest = createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm/package.json');
  return join(dirname(manifest), 'wasm');
}
