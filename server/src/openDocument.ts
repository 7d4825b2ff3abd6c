import type { Position, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { DeployedFile } from './collector/facts.js';
import type { DeployedTexts } from './git/deployedTexts.js';
import type { FileHints } from './match/chooseDeployments.js';
import { textKey, type DeployedText } from './match/deployedText.js';
import { fileFacts, type FileFacts, type FunctionInFile, type SourceText } from './match/fileFacts.js';
import { reportedFunctions } from './match/reportedFunctions.js';
import type { CallSite } from './source/callSites.js';
import type { Grammars } from './source/grammars.js';
import { contentHash } from './source/contentHash.js';
import { findFileHints } from './source/fileHints.js';
import { languageOfDocument } from './source/languages.js';
import { MovedFunctions } from './source/movedFunctions.js';
import { MAX_SOURCE_CHARACTERS, SourceFile } from './source/sourceFile.js';
import type { ParsedText, SourceFunction } from './source/sourceFunction.js';
import type { TextEdit } from './source/textEdit.js';

/** Deployed texts whose functions one document remembers. */
const MAX_KNOWN_TEXTS = 16;
/** Texts that git does not have, and is not asked for again. */
const MAX_MISSING_TEXTS = 256;
const MAX_WORD_LENGTH = 100;
/** Shorter texts are parsed whenever someone asks: in a millisecond or two. UTF-16 code units. */
const SHORT_CHARACTERS = 20_000;

/** A text as it was read last, and where its functions are since it was edited. */
interface TextBefore {
  readonly text: SourceText;
  readonly moved: MovedFunctions;
}

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
  /** Called when there is something to `read`. */
  onUnread: () => void = () => {};
  /** Deployed texts that are known: those that were open here, and those that git has. */
  readonly #knownTexts = new Map<string, DeployedText>();
  /** What was looked up in vain. */
  readonly #missingTexts = new Set<string>();
  /** Names of functions above which a lens stood. */
  readonly #lenses = new Set<string>();
  #facts: { readonly value: FileFacts; readonly of: readonly unknown[] } | undefined;
  #movedFacts: { readonly value: FileFacts; readonly of: readonly unknown[] } | undefined;
  /** While a long text is edited: what it was. Reading it again would hold up whoever types. */
  #before: TextBefore | undefined;

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
    if (!this.#isCheap) this.onUnread();
  }

  /** Whether the language is read and the text is not too large. */
  get isSupported(): boolean {
    const isTooLarge = this.#text.getText().length > MAX_SOURCE_CHARACTERS;
    return languageOfDocument(this.#languageId, this.path) !== undefined && !isTooLarge;
  }

  get text(): string {
    return this.#text.getText();
  }

  /** As far as it was read. */
  get hasNoFunctions(): boolean {
    return this.#isCheap && this.#source?.functions.length === 0;
  }

  get contentHash(): string {
    return this.#source?.contentHash ?? contentHash(this.#text.getText());
  }

  /** What was known of a long text moves along until it is `read` again. */
  edit(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    this.#keepBefore();
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
        this.#before?.moved.edit(edit);
      } else {
        this.#source?.replace(change.text);
        this.#before = undefined;
      }
      this.#text = TextDocument.update(this.#text, [change], version);
    }
    if (this.#before) this.onUnread();
  }

  /** Reads a long text as it is now; answers whether there was anything to read. */
  read(): boolean {
    if (!this.#source || (this.#source.isRead && !this.#before)) return false;
    this.#before = undefined;
    return this.#source.functions.length > 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#source?.close();
    this.#source = undefined;
    this.#before = undefined;
  }

  /**
   * The functions with what the candidates say about them; undefined until loaded. The same object as long as neither text
   * nor candidates nor service have changed.
   */
  facts(candidates: readonly DeployedFile[], service: string): FileFacts | undefined {
    const text = this.#before?.text ?? this.#textOf(candidates);
    if (!text) return undefined;
    const value = this.#factsOf(text, candidates, service);
    return this.#before ? this.#moved(value, this.#before.moved) : value;
  }

  #factsOf(text: SourceText, candidates: readonly DeployedFile[], service: string): FileFacts {
    const { functions, contentHash: hash, parsed } = text;
    const of = [functions, candidates, service];
    if (this.#facts && isEqual(of, this.#facts.of)) return this.#facts.value;
    if (parsed && candidates.some((file) => file.contentHash === hash)) {
      this.#remember(hash, { functions, parsed, isOfThisFile: true });
    }
    const value = fileFacts(text, candidates, this.#hints, service || undefined, this.#knownTexts);
    this.#facts = { value, of };
    return value;
  }

  #moved(facts: FileFacts, { functions }: MovedFunctions): FileFacts {
    const of = [facts, functions];
    if (this.#movedFacts && isEqual(of, this.#movedFacts.of)) return this.#movedFacts.value;
    const moved = facts.functions.flatMap((own, index) => {
      const source = functions[index];
      return source ? [{ ...own, source }] : [];
    });
    const value = { ...facts, functions: moved };
    this.#movedFacts = { value, of };
    return value;
  }

  /** What a deployment of this very text reported stands for a long text that has not been read; all others are read now. */
  #textOf(candidates: readonly DeployedFile[]): SourceText | undefined {
    if (!this.#isCheap) {
      const reported = reportedFunctions(candidates, this.contentHash);
      if (reported) return { functions: reported, contentHash: this.contentHash };
    }
    const source = this.#source;
    if (!source) return undefined;
    const parsed: ParsedText = { text: source.text, functions: source.functions, comments: source.comments };
    return { functions: parsed.functions, contentHash: source.contentHash, parsed };
  }

  /** Whether the functions are known or known at once. */
  get #isCheap(): boolean {
    return this.#source !== undefined && (this.#source.isRead || this.#text.getText().length <= SHORT_CHARACTERS);
  }

  #keepBefore(): void {
    const source = this.#source;
    if (!source || this.#before || source.text.length <= SHORT_CHARACTERS) return;
    const parsed: ParsedText = { text: source.text, functions: source.functions, comments: source.comments };
    const text = { functions: parsed.functions, contentHash: source.contentHash, parsed };
    this.#before = { text, moved: new MovedFunctions(parsed.functions) };
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
    const source = this.#source;
    if (this.#before) return this.#movedCallSites(own, this.#before);
    const located = source?.isRead ? source.functions.find((one) => one === own) : undefined;
    return located ? (source?.callSites(located) ?? []) : [];
  }

  /** Those that were found before, of functions that were not edited. */
  #movedCallSites(own: SourceFunction, { moved, text: { parsed } }: TextBefore): readonly CallSite[] {
    const index = moved.functions.findIndex((one) => one === own);
    const now = moved.functions[index];
    const then = parsed?.functions[index];
    if (!now || !then || now.end - now.start !== then.end - then.start) return [];
    const lines = now.line - then.line;
    const offset = now.start - then.start;
    return (this.#source?.knownCallSites(then) ?? []).map(({ name, line, start }) => ({
      name,
      line: line + lines,
      start: start + offset,
    }));
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

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, index) => value === b[index]);
}
