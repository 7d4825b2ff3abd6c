import type { Logger } from '@hindcast/core/logger';
import type { FileState, FileStatus, HindcastSettings, StatusNote } from '@hindcast/proto/lspMessages';
import { fileSummary } from './answers/explainFile.js';
import type { DetailFeed } from './collector/detailFeed.js';
import type { Finding } from './collector/findings.js';
import type { OverlayFeed } from './collector/overlayFeed.js';
import { DocumentHistory } from './documentHistory.js';
import { DeployedTexts } from './git/deployedTexts.js';
import type { FileFacts } from './match/fileFacts.js';
import { Insight } from './match/insight.js';
import type { OpenDocument } from './openDocument.js';
import { Grammars } from './source/grammars.js';
import { gitNote, outsideWorkspaceNote } from './statusMessage.js';

/** After the last key, or the last opening, before a long text is read: whoever works is not held up. */
const READ_AFTER_MS = 250;

/** What an editor allows. */
export interface DocumentOptions {
  readonly grammarsPath?: string | undefined;
  readonly readGit: boolean;
}

/** The documents that an editor has open, each with its history and its settings. */
export class OpenDocuments {
  readonly #feed: () => OverlayFeed | undefined;
  readonly #onLearned: () => void;
  readonly #onRead: (uri: string) => void;
  readonly #logger: Logger;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #histories = new Map<string, DocumentHistory>();
  readonly #settings = new Map<string, HindcastSettings>();
  /** Long texts that are still to be read. */
  readonly #unread = new Set<OpenDocument>();
  #readTimer: NodeJS.Timeout | undefined;
  readonly #insights = new WeakMap<OpenDocument, { readonly of: readonly unknown[]; readonly insight: Insight }>();
  #folders: readonly string[] | undefined;
  #grammars: Grammars | undefined;
  /** Undefined where git must not be run. */
  #texts: DeployedTexts | undefined;

  /**
   * @param onLearned called when what is known of a document may be other than it was
   * @param onRead called when a long text has been read, the first time or again
   */
  constructor(
    feed: () => OverlayFeed | undefined,
    onLearned: () => void,
    logger: Logger,
    onRead: (uri: string) => void = () => {},
  ) {
    this.#feed = feed;
    this.#onLearned = onLearned;
    this.#onRead = onRead;
    this.#logger = logger;
  }

  get uris(): readonly string[] {
    return [...this.#documents.keys()];
  }

  /** Those of the first path that was named. */
  grammars(path: string | undefined): Grammars {
    return (this.#grammars ??= new Grammars(path));
  }

  /** Undefined as long as no document was opened, and where git must not be run. */
  get texts(): DeployedTexts | undefined {
    return this.#texts;
  }

  /** The text of the document with an absolute path with `/`. */
  textAt(path: string): string | undefined {
    return [...this.#documents.values()].find((document) => document.path === path)?.text;
  }

  get(uri: string): OpenDocument | undefined {
    return this.#documents.get(uri);
  }

  /** Folders of the workspace, absolute paths with `/`; undefined when the client has none. */
  setFolders(folders: readonly string[] | undefined): void {
    this.#folders = folders;
  }

  /** Loads a document that was opened. Answers whether it is still open then. @throws Error when its grammar is missing */
  async open(document: OpenDocument, { grammarsPath, readGit }: DocumentOptions): Promise<boolean> {
    this.close(document.uri);
    this.#documents.set(document.uri, document);
    document.onUnread = () => this.#readSoon(document);
    if (this.#unread.size > 0) this.#scheduleReading();
    const grammars = this.grammars(grammarsPath);
    if (readGit) this.#texts ??= new DeployedTexts(grammars);
    // Its numbers are on their way while its text is parsed.
    this.ask(document);
    await document.load(grammars);
    return this.#documents.get(document.uri) === document;
  }

  /** Has the feed keep the numbers of a document. */
  ask(document: OpenDocument): void {
    const feed = this.#feed();
    if (!feed || !document.isSupported) return;
    if (this.#texts && !this.#histories.has(document.uri)) {
      this.#histories.set(document.uri, new DocumentHistory(document, this.#texts, feed, this.#onLearned));
    }
    feed.open({ path: document.path, contentHash: document.contentHash });
  }

  askAll(): void {
    for (const document of this.#documents.values()) this.ask(document);
  }

  close(uri: string): void {
    const document = this.#documents.get(uri);
    if (!document) return;
    document.close();
    this.#unread.delete(document);
    this.#documents.delete(uri);
    this.#settings.delete(uri);
    this.#histories.get(uri)?.close();
    this.#histories.delete(uri);
    this.#feed()?.close(document.path);
  }

  /** Reads a document once nothing else was opened or edited for a while. */
  #readSoon(document: OpenDocument): void {
    this.#unread.delete(document);
    this.#unread.add(document);
    this.#scheduleReading();
  }

  #scheduleReading(): void {
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => this.#readNext(), READ_AFTER_MS).unref();
  }

  /** One at a time, and what was edited last first: each may take as long as a picture is shown. */
  #readNext(): void {
    const document = [...this.#unread].at(-1);
    if (!document) return;
    this.#unread.delete(document);
    if (document.read()) this.#onRead(document.uri);
    this.#readTimer = setTimeout(() => this.#readNext(), 0).unref();
  }

  closeAll(): void {
    clearTimeout(this.#readTimer);
    for (const uri of this.uris) this.close(uri);
  }

  /** Looks up in git what the numbers ask for. */
  updateHistories(): void {
    for (const history of this.#histories.values()) {
      history
        .update()
        .catch((error: unknown) =>
          this.#logger.debug(`looking into git: ${error instanceof Error ? error.message : String(error)}`),
        );
    }
  }

  /** Settings of a document, which may differ by language and folder. */
  settings(uri: string): HindcastSettings | undefined {
    return this.#settings.get(uri);
  }

  setSettings(uri: string, settings: HindcastSettings): void {
    if (this.#documents.has(uri)) this.#settings.set(uri, settings);
  }

  /** The path under which the collector knows a document. */
  knownPath(document: OpenDocument): string {
    return this.#histories.get(document.uri)?.path ?? document.path;
  }

  /** What is known of a document's functions; undefined until it was read. */
  facts(document: OpenDocument, service: string): FileFacts | undefined {
    const candidates = this.#feed()?.deployments(this.knownPath(document));
    return candidates && document.facts(candidates, service);
  }

  /** What is known of a document beyond the counts. */
  insight(document: OpenDocument, details: DetailFeed, findings: readonly Finding[] | undefined): Insight {
    const path = this.knownPath(document);
    const of = [path, findings];
    const known = this.#insights.get(document);
    if (known && of.every((value, index) => value === known.of[index])) return known.insight;
    const insight = new Insight(path, details, findings);
    this.#insights.set(document, { of, insight });
    return insight;
  }

  status(uri: string, service: string): FileStatus {
    const document = this.#documents.get(uri);
    const status = (state: FileState, message: string): FileStatus => ({ uri, state, message });
    if (!document) return status('unsupported', 'This file is in a language that is not read yet, or is not open.');
    if (!document.isSupported) {
      return status('unsupported', 'This file is in a language that is not read yet, or is too large to be read.');
    }
    if (document.hasNoFunctions) return status('no-functions', 'There are no functions in this file.');
    const facts = this.facts(document, service);
    if (!facts) return status('pending', 'The numbers of this file have not been read yet.');
    return status(facts.state, fileSummary(facts));
  }

  /** What is not as it should be about a document, although it is shown. */
  notes(uri: string): readonly StatusNote[] {
    const document = this.#documents.get(uri);
    if (!document) return [];
    const trouble = this.#histories.get(uri)?.trouble;
    const isOutside =
      this.#folders !== undefined && !this.#folders.some((folder) => document.path.startsWith(`${folder}/`));
    return [...(isOutside ? [outsideWorkspaceNote] : []), ...(trouble ? [gitNote(trouble)] : [])];
  }
}
