import type { Position, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { DeployedFile } from './collector/facts.js';
import type { DeployedTexts } from './git/deployedTexts.js';
import type { FileHints } from './match/chooseDeployments.js';
import { textKey, type DeployedText } from './match/deployedText.js';
import { fileFacts, type FileFacts, type FunctionInFile } from './match/fileFacts.js';
import type { CallSite } from './source/callSites.js';
import type { Grammars } from './source/grammars.js';
import { contentHash } from './source/contentHash.js';
import { findFileHints } from './source/fileHints.js';
import { languageOfDocument } from './source/languages.js';
import { MAX_SOURCE_CHARACTERS, SourceFile, type TextEdit } from './source/sourceFile.js';
import type { ParsedText, SourceFunction } from './source/sourceFunction.js';

/** Deployed texts whose functions one document remembers. */
const MAX_KNOWN_TEXTS = 16;
/** Texts that git does not have, and is not asked for again. */
const MAX_MISSING_TEXTS = 256;
const MAX_WORD_LENGTH = 100;

/** A document that an editor has open: its text, its functions, and what is known about them. */
export class OpenDocument {
  readonly uri: string;
  /** Absolute, with `/`. */
  readonly path: string;
  readonly #languageId: string;
  #text: TextDocument;
  #source: SourceFile | undefined;
  #hints: FileHints = {};
  #isClosed = false;
  /** Deployed texts that are known: those that were open here, and those that git has. */
  readonly #knownTexts = new Map<string, DeployedText>();
  /** What was looked up in vain. */
  readonly #missingTexts = new Set<string>();
  /** Names of functions above which a lens stood. */
  readonly #lenses = new Set<string>();
  #facts: { readonly value: FileFacts; readonly of: readonly unknown[] } | undefined;

  constructor(uri: string, languageId: string, version: number, text: string) {
    this.uri = uri;
    this.path = URI.parse(uri).fsPath.replaceAll('\\', '/');
    this.#languageId = languageId;
    this.#text = TextDocument.create(uri, languageId, version, text);
  }

  /** Loads the grammar and looks around the file; until then the document has no functions. */
  async load(grammars: Grammars): Promise<void> {
    const language = languageOfDocument(this.#languageId, this.path);
    if (!language) return;
    const [source, hints] = await Promise.all([
      SourceFile.open(grammars, language, this.#text.getText()),
      findFileHints(this.path),
    ]);
    if (this.#isClosed) {
      source.close();
      return;
    }
    // It may have been edited meanwhile.
    if (source.text !== this.#text.getText()) source.replace(this.#text.getText());
    this.#source = source;
    this.#hints = hints;
  }

  /** Whether the language is read and the text is not too large. */
  get isSupported(): boolean {
    const isTooLarge = this.#text.getText().length > MAX_SOURCE_CHARACTERS;
    return languageOfDocument(this.#languageId, this.path) !== undefined && !isTooLarge;
  }

  get text(): string {
    return this.#text.getText();
  }

  get hasNoFunctions(): boolean {
    return this.#source?.functions.length === 0;
  }

  get contentHash(): string {
    return this.#source?.contentHash ?? contentHash(this.#text.getText());
  }

  edit(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    for (const change of changes) {
      if ('range' in change) {
        const startIndex = this.#text.offsetAt(change.range.start);
        const oldEndIndex = this.#text.offsetAt(change.range.end);
        const edit: TextEdit = {
          startIndex,
          startPosition: this.#pointAt(startIndex),
          oldEndIndex,
          oldEndPosition: this.#pointAt(oldEndIndex),
          newText: change.text,
        };
        this.#source?.edit([edit]);
      } else {
        this.#source?.replace(change.text);
      }
      this.#text = TextDocument.update(this.#text, [change], version);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#source?.close();
    this.#source = undefined;
  }

  /**
   * The functions with what the candidates say about them; undefined until loaded. The same object as long as neither text
   * nor candidates nor service have changed.
   */
  facts(candidates: readonly DeployedFile[], service: string): FileFacts | undefined {
    const source = this.#source;
    if (!source) return undefined;
    const { functions } = source;
    const of = [functions, candidates, service];
    if (this.#facts && of.every((value, index) => value === this.#facts?.of[index])) return this.#facts.value;
    const parsed: ParsedText = { text: source.text, functions, comments: source.comments };
    if (candidates.some((file) => file.contentHash === source.contentHash)) {
      this.#remember(source.contentHash, { functions, parsed, isOfThisFile: true });
    }
    const text = { functions, contentHash: source.contentHash, parsed };
    const value = fileFacts(text, candidates, this.#hints, service || undefined, this.#knownTexts);
    this.#facts = { value, of };
    return value;
  }

  /** Looks up the deployed texts of these candidates; answers whether there are new ones. */
  async learnTexts(texts: DeployedTexts, candidates: readonly DeployedFile[]): Promise<boolean> {
    const isKnown = (key: string) =>
      key === this.contentHash || this.#knownTexts.has(key) || this.#missingTexts.has(key);
    const asked = candidates.map(textKey).filter((key) => !isKnown(key));
    if (asked.length === 0) return false;
    const found = await texts.find(this.path, candidates, isKnown);
    if (this.#missingTexts.size > MAX_MISSING_TEXTS) this.#missingTexts.clear();
    for (const key of asked) this.#missingTexts.add(key);
    for (const [key, text] of found) this.#remember(key, text);
    if (found.size > 0) this.#facts = undefined;
    return found.size > 0;
  }

  /** Whether the text that a deployment runs is known here: it is the open one, or was found. */
  knowsText(file: DeployedFile): boolean {
    const key = textKey(file);
    return key === this.contentHash || this.#knownTexts.has(key);
  }

  /** Whether a lens stood above the function before. */
  hadLens({ source }: FunctionInFile): boolean {
    return this.#lenses.has(source.name);
  }

  /** Remembers that a lens stands above the function. */
  keepLens({ source }: FunctionInFile): void {
    this.#lenses.add(source.name);
  }

  /** The calls in a function's own text; none when the text has changed since it was asked for. */
  callSites(own: SourceFunction): readonly CallSite[] {
    const located = this.#source?.functions.find((one) => one === own);
    return located ? (this.#source?.callSites(located) ?? []) : [];
  }

  /** Where the word at a position ends; at least one character on. */
  endOfWord(start: Position): Position {
    const offset = this.#text.offsetAt(start);
    const word = /^[\p{L}\p{N}_$]+/u.exec(this.#text.getText().slice(offset, offset + MAX_WORD_LENGTH))?.[0] ?? '';
    return { line: start.line, character: start.character + Math.max(1, word.length) };
  }

  /** Where the line of that 1-based number ends. */
  endOfLine(line: number): Position {
    const start = this.#text.offsetAt({ line: line - 1, character: 0 });
    const next = this.#text.offsetAt({ line, character: 0 });
    const text = this.#text.getText().slice(start, next);
    return { line: line - 1, character: text.replace(/[\r\n]+$/, '').length };
  }

  /** Not the position that the client named: that may lie beyond the end of its line. */
  #pointAt(offset: number): TextEdit['startPosition'] {
    const { line, character } = this.#text.positionAt(offset);
    return { row: line, column: character };
  }

  #remember(key: string, text: DeployedText): void {
    this.#knownTexts.set(key, text);
    const [oldest] = this.#knownTexts.keys();
    if (this.#knownTexts.size > MAX_KNOWN_TEXTS && oldest !== undefined) this.#knownTexts.delete(oldest);
  }
}
