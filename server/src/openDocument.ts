import type { Position, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { DeployedFile } from './collector/facts.js';
import type { FileHints } from './match/chooseDeployments.js';
import { fileFacts, type FileFacts } from './match/fileFacts.js';
import type { Grammars } from './source/grammars.js';
import { findFileHints } from './source/fileHints.js';
import { languageOfDocument } from './source/languages.js';
import { SourceFile, type TextEdit } from './source/sourceFile.js';
import type { SourceFunction } from './source/sourceFunction.js';

/** Deployed texts whose functions one document remembers. */
const MAX_KNOWN_TEXTS = 8;

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
  /** Functions of the texts that were open here, by git blob id: the deployed one is often among them. */
  readonly #knownTexts = new Map<string, readonly SourceFunction[]>();
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
    return languageOfDocument(this.#languageId, this.path) !== undefined && this.#source?.isTooLarge !== true;
  }

  get isLoaded(): boolean {
    return this.#source !== undefined;
  }

  get contentHash(): string {
    return this.#source?.contentHash ?? '';
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
    if (candidates.some((file) => file.contentHash === source.contentHash))
      this.#remember(source.contentHash, functions);
    const text = { functions, contentHash: source.contentHash };
    const value = fileFacts(text, candidates, this.#hints, service || undefined, this.#knownTexts);
    this.#facts = { value, of };
    return value;
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

  #remember(hash: string, functions: readonly SourceFunction[]): void {
    this.#knownTexts.set(hash, functions);
    const [oldest] = this.#knownTexts.keys();
    if (this.#knownTexts.size > MAX_KNOWN_TEXTS && oldest !== undefined) this.#knownTexts.delete(oldest);
  }
}
