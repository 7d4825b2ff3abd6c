import type { Edit, Node, Parser, Tree } from '@vscode/tree-sitter-wasm';
import { findCallSites, type CallSite } from './callSites.js';
import { contentHash } from './contentHash.js';
import type { Grammars } from './grammars.js';
import type { Language } from './languages.js';
import { StatementCache } from './statementCache.js';
import { endOf, type TextEdit } from './textEdit.js';
import type { TreeOwner, TreePool } from './treePool.js';
import type { CommentStyle, LocatedFunction, ParsedText } from './sourceFunction.js';

/** Larger texts are not parsed: they are generated, and would hold up everything else. UTF-16 code units. */
export const MAX_SOURCE_CHARACTERS = 2 * 1024 * 1024;

/** The functions of one text, kept up to date while the text is edited. */
export class SourceFile implements ParsedText, TreeOwner {
  readonly #parser: Parser;
  readonly #language: Language;
  readonly #trees: TreePool;
  #tree: Tree | undefined;
  #text: string;
  #functions: readonly LocatedFunction[] | undefined;
  #contentHash: string | undefined;
  /** Undefined for languages whose statements depend on each other. */
  readonly #statements: StatementCache | undefined;
  #callSites = new WeakMap<LocatedFunction, readonly CallSite[]>();

  private constructor(parser: Parser, language: Language, trees: TreePool, text: string) {
    this.#parser = parser;
    this.#language = language;
    this.#trees = trees;
    this.#text = text;
    this.#statements = language.hasIndependentStatements ? new StatementCache(language.findFunctions) : undefined;
  }

  static async open(grammars: Grammars, language: Language, text: string): Promise<SourceFile> {
    return new SourceFile(await grammars.parser(language.grammar), language, grammars.trees, text);
  }

  get text(): string {
    return this.#text;
  }

  get comments(): CommentStyle {
    return this.#language.comments;
  }

  /** Whether the text is larger than what is parsed; it has no functions then. */
  get isTooLarge(): boolean {
    return this.#text.length > MAX_SOURCE_CHARACTERS;
  }

  /** Git blob id of the text. */
  get contentHash(): string {
    return (this.#contentHash ??= contentHash(this.#text));
  }

  /** Whether `functions` is known, and asking for it no work. */
  get isRead(): boolean {
    return this.#functions !== undefined;
  }

  /** The functions in the order of the text. Parses when the text has changed since the last call. */
  get functions(): readonly LocatedFunction[] {
    return (this.#functions ??= this.#parse());
  }

  /** The calls in the text of one of `functions`, without those of functions nested in it. */
  callSites(own: LocatedFunction): readonly CallSite[] {
    const { functions } = this;
    if (!functions.includes(own)) return [];
    const known = this.#callSites.get(own);
    if (known) return known;
    const nested = functions.filter((inner) => inner !== own && inner.start >= own.start && inner.end <= own.end);
    const tree = this.#tree ?? this.#makeTree();
    const found = tree ? findCallSites(tree.rootNode, own, nested) : [];
    this.#callSites.set(own, found);
    return found;
  }

  /** Those that were asked for before, also when the text has changed since. */
  knownCallSites(own: LocatedFunction): readonly CallSite[] {
    return this.#callSites.get(own) ?? [];
  }

  /** What `use` makes of the syntax tree, whose nodes live no longer than that; undefined when the text is too large. */
  read<T>(use: (root: Node) => T): T | undefined {
    if (this.isTooLarge) return undefined;
    const tree = this.#tree ?? this.#makeTree();
    return tree && use(tree.rootNode);
  }

  /** Applies edits in the order given, each to the text that the one before left. */
  edit(edits: readonly TextEdit[]): void {
    for (const edit of edits) {
      this.#tree?.edit(treeEdit(edit));
      this.#text = this.#text.slice(0, edit.startIndex) + edit.newText + this.#text.slice(edit.oldEndIndex);
    }
    this.#forget();
  }

  /** Replaces the whole text. */
  replace(text: string): void {
    this.#tree?.delete();
    this.#tree = undefined;
    this.#text = text;
    this.#forget();
  }

  /** Frees the memory that the parser holds outside the garbage collector's sight. */
  close(): void {
    this.#trees.forget(this);
    this.dropTree();
  }

  /** Gives the tree up; the functions stay, and the next edit parses the whole text again. */
  dropTree(): void {
    this.#tree?.delete();
    this.#tree = undefined;
  }

  #forget(): void {
    this.#functions = undefined;
    this.#contentHash = undefined;
  }

  #parse(): readonly LocatedFunction[] {
    if (this.isTooLarge) return [];
    const tree = this.#makeTree();
    if (!tree) return [];
    const { rootNode } = tree;
    return this.#statements?.functions(rootNode, this.#text) ?? this.#language.findFunctions(rootNode);
  }

  #makeTree(): Tree | undefined {
    const previous = this.#tree;
    this.#tree = this.#parser.parse(this.#text, previous ?? null) ?? undefined;
    previous?.delete();
    this.#trees.use(this);
    return this.#tree;
  }
}

function treeEdit(edit: TextEdit): Edit {
  const { startIndex, startPosition, oldEndIndex, oldEndPosition, newText } = edit;
  const newEndIndex = startIndex + newText.length;
  return { startIndex, startPosition, oldEndIndex, oldEndPosition, newEndIndex, newEndPosition: endOf(edit) };
}
