import type { Logger } from '@hindcast/core/logger';
import {
  ACTIVE_EDITOR_NOTIFICATION,
  EXPLAIN_FILE_REQUEST,
  OVERLAY_VISIBLE_NOTIFICATION,
  RECONNECT_REQUEST,
  SETTINGS_SECTION,
  STATUS_NOTIFICATION,
  type ActiveEditorParams,
  type ExplainFileParams,
  type FileExplanation,
  type FileState,
  type FileStatus,
  type HindcastInitializationOptions,
  type HindcastSettings,
  type OverlayVisibleParams,
} from '@hindcast/proto/lspMessages';
import {
  CodeLensRefreshRequest,
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
  type CancellationToken,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { explainFile, fileSummary } from './answers/explainFile.js';
import { CallerLinks } from './callerLinks.js';
import { resolveCollectorAddress } from './collector/collectorAddress.js';
import type { CollectorClient } from './collector/collectorClient.js';
import type { DeployedFile } from './collector/facts.js';
import { OverlayFeed, type FeedTiming } from './collector/overlayFeed.js';
import { DocumentHistory } from './documentHistory.js';
import { DeployedTexts } from './git/deployedTexts.js';
import { OpenDocument } from './openDocument.js';
import { codeLenses, hover, inlayHints, shownText, type OverlayContext } from './overlay.js';
import { RefreshThrottle, type RefreshTiming } from './refreshThrottle.js';
import { readSettings, windowSeconds } from './settings.js';
import { Grammars } from './source/grammars.js';
import { statusOf } from './statusMessage.js';

/** What the language server needs from its surroundings. */
export interface LanguageServerPorts {
  readonly connect: (address: string) => CollectorClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly feedTiming: FeedTiming;
  readonly refreshTiming: RefreshTiming;
}

/** The language server: what editors see of Hindcast. Requests are answered from memory; nothing here waits for a network. */
export class LanguageServer {
  readonly #connection: Connection;
  readonly #ports: LanguageServerPorts;
  readonly #logger: Logger;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #histories = new Map<string, DocumentHistory>();
  readonly #links = new CallerLinks();
  readonly #refresh: RefreshThrottle;
  /** What each open document showed when the editor was last asked to look again. */
  readonly #shown = new Map<string, string>();
  readonly #logged = new Set<string>();
  #options: HindcastInitializationOptions = {};
  #client = { hasConfiguration: false, registersConfiguration: false, refreshesHints: false, refreshesLenses: false };
  #grammars: Grammars | undefined;
  /** Undefined where git must not be run. */
  #texts: DeployedTexts | undefined;
  #settings: HindcastSettings = readSettings(undefined);
  #isVisible = true;
  #activeUri: string | undefined;
  #feed: OverlayFeed | undefined;
  #lastStatus = '';

  constructor(connection: Connection, ports: LanguageServerPorts) {
    this.#connection = connection;
    this.#ports = ports;
    this.#logger = {
      debug: (message) => connection.console.debug(message),
      info: (message) => connection.console.info(message),
      warn: (message) => connection.console.warn(message),
      error: (message, cause) =>
        connection.console.error(cause instanceof Error ? `${message}: ${cause.message}` : message),
    };
    this.#refresh = new RefreshThrottle(() => this.#askToLookAgain(), ports.refreshTiming);
  }

  /** Registers every handler and begins to listen. */
  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => void this.#initialized());
    connection.onShutdown(() => this.#stop());
    connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => void this.#readSettings(settings));
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      void this.#open(new OpenDocument(uri, languageId, version, text));
    });
    connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
      this.#documents.get(textDocument.uri)?.edit(contentChanges, textDocument.version);
    });
    connection.onDidCloseTextDocument(({ textDocument }) => this.#close(textDocument.uri));

    connection.languages.inlayHint.on(({ textDocument, range }, token) =>
      this.#answer('inlay hints', token, [], () => {
        const context = this.#settings.inlayHints.enabled ? this.#context(textDocument.uri) : undefined;
        return context ? inlayHints(context, range) : [];
      }),
    );
    connection.onCodeLens(({ textDocument }, token) =>
      this.#answer('code lenses', token, [], () => {
        const context = this.#settings.codeLens.enabled ? this.#context(textDocument.uri) : undefined;
        return context ? codeLenses(context) : [];
      }),
    );
    connection.onHover(({ textDocument, position }, token) =>
      this.#answer('hover', token, null, () => {
        const context = this.#settings.hover.enabled ? this.#context(textDocument.uri) : undefined;
        return context ? (hover(context, position) ?? null) : null;
      }),
    );

    connection.onNotification(ACTIVE_EDITOR_NOTIFICATION, ({ uri }: ActiveEditorParams) => {
      this.#activeUri = uri;
      this.#sendStatus();
    });
    connection.onNotification(OVERLAY_VISIBLE_NOTIFICATION, ({ visible }: OverlayVisibleParams) => {
      if (visible === this.#isVisible) return;
      this.#isVisible = visible;
      this.#askToLookAgain();
    });
    connection.onRequest(EXPLAIN_FILE_REQUEST, ({ uri }: ExplainFileParams, token: CancellationToken) =>
      this.#answer('explain file', token, null, () => this.#explain(uri)),
    );
    connection.onRequest(RECONNECT_REQUEST, () => {
      this.#feed?.reconnect();
      return null;
    });
    connection.listen();
  }

  #initialize({ capabilities, initializationOptions }: InitializeParams): InitializeResult {
    const options: unknown = initializationOptions;
    this.#options = typeof options === 'object' && options !== null ? options : {};
    this.#isVisible = this.#options.overlayVisible ?? true;
    const { workspace } = capabilities;
    this.#client = {
      hasConfiguration: workspace?.configuration === true,
      registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
      refreshesHints: workspace?.inlayHint?.refreshSupport === true,
      refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    };
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        inlayHintProvider: { resolveProvider: false },
        codeLensProvider: { resolveProvider: false },
        hoverProvider: true,
      },
      serverInfo: { name: 'Hindcast', version: this.#ports.version },
    };
  }

  async #initialized(): Promise<void> {
    if (this.#client.registersConfiguration) {
      this.#connection.client
        .register(DidChangeConfigurationNotification.type, { section: SETTINGS_SECTION })
        .catch((error: unknown) => this.#logOnce('register for settings', error));
    }
    await this.#readSettings(undefined);
  }

  /** Asks for the settings, or takes the pushed ones of a client that cannot be asked; then starts over where needed. */
  async #readSettings(pushed: unknown): Promise<void> {
    try {
      const value: unknown = this.#client.hasConfiguration
        ? await this.#connection.workspace.getConfiguration(SETTINGS_SECTION)
        : sectionOf(pushed);
      this.#settings = readSettings(value);
    } catch (error) {
      this.#logOnce('read settings', error);
    }
    const address = this.#address();
    const scope = { windowSeconds: windowSeconds(this.#settings) };
    if (!this.#feed) {
      const { connect, feedTiming } = this.#ports;
      this.#feed = new OverlayFeed(connect, address, scope, () => this.#numbersChanged(), this.#logger, feedTiming);
      for (const document of this.#documents.values()) this.#ask(document);
      this.#feed.start(address, scope);
    } else if (this.#feed.isOther(address, scope)) {
      this.#feed.start(address, scope);
    }
    this.#askToLookAgain();
    this.#sendStatus();
  }

  /** The setting, else what the client knows, else the environment, else the default. */
  #address(): string {
    const asked = this.#settings.collector.address || this.#options.collectorAddress;
    return resolveCollectorAddress(asked, this.#ports.environment);
  }

  async #open(document: OpenDocument): Promise<void> {
    this.#close(document.uri);
    this.#documents.set(document.uri, document);
    try {
      this.#grammars ??= new Grammars(this.#options.grammarsPath);
      if (this.#options.readGit !== false) this.#texts ??= new DeployedTexts(this.#grammars);
      await document.load(this.#grammars);
    } catch (error) {
      this.#logOnce('load the grammars', error);
    }
    if (this.#documents.get(document.uri) !== document) return;
    this.#ask(document);
    this.#sendStatus();
    this.#refresh.changed();
  }

  #ask(document: OpenDocument): void {
    if (!document.isLoaded || !document.isSupported) return;
    if (this.#feed && this.#texts && !this.#histories.has(document.uri)) {
      const history = new DocumentHistory(document, this.#texts, this.#feed, () => this.#numbersChanged());
      this.#histories.set(document.uri, history);
    }
    this.#feed?.open({ path: document.path, contentHash: document.contentHash });
  }

  #candidates(document: OpenDocument): readonly DeployedFile[] | undefined {
    const history = this.#histories.get(document.uri);
    return history ? history.candidates : this.#feed?.deployments(document.path);
  }

  #close(uri: string): void {
    const document = this.#documents.get(uri);
    if (!document) return;
    document.close();
    this.#documents.delete(uri);
    this.#shown.delete(uri);
    this.#histories.get(uri)?.close();
    this.#histories.delete(uri);
    this.#feed?.close(document.path);
  }

  #numbersChanged(): void {
    this.#sendStatus();
    for (const history of this.#histories.values()) {
      history.update().catch((error: unknown) => this.#logOnce('look into git', error));
    }
    const isChanged = [...this.#documents.keys()].some((uri) => this.#shownText(uri) !== this.#shown.get(uri));
    if (isChanged) this.#refresh.changed();
  }

  #shownText(uri: string): string {
    const context = this.#context(uri);
    return context ? shownText(context) : '';
  }

  #askToLookAgain(): void {
    for (const uri of this.#documents.keys()) this.#shown.set(uri, this.#shownText(uri));
    const failed = (error: unknown) => this.#logOnce('refresh', error);
    if (this.#client.refreshesHints) this.#connection.languages.inlayHint.refresh().catch(failed);
    if (this.#client.refreshesLenses) this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(failed);
  }

  /** What is needed to show a file; undefined while there is nothing to show. */
  #context(uri: string): OverlayContext | undefined {
    const document = this.#documents.get(uri);
    const candidates = document && this.#candidates(document);
    if (!this.#isVisible || !candidates) return undefined;
    const facts = document.facts(candidates, this.#settings.service);
    return facts && { document, facts, settings: this.#settings, links: this.#links, nowMs: Date.now() };
  }

  #fileStatus(uri: string): FileStatus {
    const document = this.#documents.get(uri);
    const status = (state: FileState, message: string): FileStatus => ({ uri, state, message });
    if (!document) return status('unsupported', 'This file is in a language that is not read yet, or is not open.');
    if (!document.isSupported) {
      return status('unsupported', 'This file is in a language that is not read yet, or is too large to be read.');
    }
    const candidates = this.#candidates(document);
    const facts = candidates && document.facts(candidates, this.#settings.service);
    if (!facts) return status('pending', 'The numbers of this file have not been read yet.');
    return status(facts.state, fileSummary(facts));
  }

  #explain(uri: string): FileExplanation {
    const document = this.#documents.get(uri);
    const { state, message } = this.#fileStatus(uri);
    const facts = document?.facts(this.#candidates(document) ?? [], this.#settings.service);
    const summary =
      state === 'pending' && this.#feed
        ? statusOf(this.#feed.state, this.#settings.window, undefined).message
        : message;
    const nothing = { state: 'unknown', message: summary, functions: [], services: [] } as const;
    return explainFile(facts ?? nothing, state, summary, this.#settings.window);
  }

  #sendStatus(): void {
    if (!this.#feed) return;
    const file = this.#activeUri === undefined ? undefined : this.#fileStatus(this.#activeUri);
    const status = statusOf(this.#feed.state, this.#settings.window, file);
    const text = JSON.stringify(status);
    if (text === this.#lastStatus) return;
    this.#lastStatus = text;
    this.#connection
      .sendNotification(STATUS_NOTIFICATION, status)
      .catch((error: unknown) => this.#logOnce('send the status', error));
  }

  /** Every request goes through here: cancelled ones do no work, failures are logged once and answered with nothing. */
  #answer<T>(what: string, token: CancellationToken, empty: T, work: () => T): T {
    if (token.isCancellationRequested) return empty;
    try {
      return work();
    } catch (error) {
      this.#logOnce(what, error);
      return empty;
    }
  }

  #logOnce(what: string, error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const key = `${what}: ${message}`;
    if (this.#logged.has(key) || this.#logged.size >= 1000) return;
    this.#logged.add(key);
    this.#logger.error(key);
  }

  #stop(): void {
    this.#refresh.stop();
    this.#feed?.stop();
    for (const uri of [...this.#documents.keys()]) this.#close(uri);
  }
}

function sectionOf(pushed: unknown): unknown {
  return typeof pushed === 'object' && pushed !== null && SETTINGS_SECTION in pushed
    ? pushed[SETTINGS_SECTION]
    : pushed;
}
