import {
  ACTIVE_EDITOR_NOTIFICATION,
  EXPLAIN_FILE_REQUEST,
  FUNCTION_MARKDOWN_REQUEST,
  OVERLAY_VISIBLE_NOTIFICATION,
  RECONNECT_REQUEST,
  SET_SCOPE_NOTIFICATION,
  type ActiveEditorParams,
  type ExplainFileParams,
  type HindcastSettings,
  type OverlayVisibleParams,
  type ScopeParams,
  type ShowFunctionArgument,
} from '@hindcast/proto/lspMessages';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { registerAgentRequests } from './agentRequests.js';
import { CallerLinks } from './callerLinks.js';
import { resolveCollectorAddress } from './collector/collectorAddress.js';
import type { CollectorClient } from './collector/collectorClient.js';
import { readTarget, type CollectorTarget } from './collector/collectorTarget.js';
import { DetailFeed } from './collector/detailFeed.js';
import { OverlayFeed, type FeedTiming } from './collector/overlayFeed.js';
import type { Scope } from './collector/scope.js';
import { EditorSession } from './editorSession.js';
import { functionMarkdown } from './surfaces/functionMarkdown.js';
import { OnceLogger, connectionLogger } from './onceLogger.js';
import { OpenDocument } from './openDocument.js';
import { OpenDocuments } from './openDocuments.js';
import { RefreshThrottle, type RefreshTiming } from './refreshThrottle.js';
import { isWindow, readSettings, windowSeconds } from './settings.js';
import { ShownTexts } from './shownTexts.js';
import { StatusReporter } from './statusReporter.js';
import { registerChangeRequests } from './surfaces/changeRequests.js';
import type { ChangeTiming, ChangeWatch } from './surfaces/changeWatch.js';
import { CallHierarchy } from './surfaces/callHierarchy.js';
import { PushedSurfaces } from './surfaces/pushedSurfaces.js';
import type { OverlayContext } from './surfaces/overlayContext.js';
import { registerSurfaceRequests } from './surfaces/surfaceRequests.js';
import { registerViewRequests } from './views/viewRequests.js';
import { workspaceFolders } from './views/workspaceFolders.js';

/** What the language server needs from its surroundings. */
export interface LanguageServerPorts {
  readonly connect: (target: CollectorTarget) => CollectorClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly feedTiming: FeedTiming;
  readonly refreshTiming: RefreshTiming;
  /** The usual one when absent. */
  readonly changeTiming?: ChangeTiming | undefined;
}

/**
 * The language server: what editors see of Hindcast. What is shown unasked is answered from memory; only what a person asks for,
 * such as a call hierarchy, waits for the collector, and not for long.
 */
export class LanguageServer {
  readonly #connection: Connection;
  readonly #ports: LanguageServerPorts;
  readonly #log: OnceLogger;
  readonly #session: EditorSession;
  readonly #documents: OpenDocuments;
  readonly #details: DetailFeed;
  readonly #hierarchy: CallHierarchy;
  readonly #links = new CallerLinks();
  readonly #refresh: RefreshThrottle;
  /** What each open document showed when the editor was last asked to look again. */
  readonly #shown = new Map<string, string>();
  readonly #shownTexts = new ShownTexts();
  readonly #pushed: PushedSurfaces;
  readonly #status: StatusReporter;
  #settings: HindcastSettings = readSettings(undefined);
  #scope: ScopeParams = {};
  #isVisible = true;
  #activeUri: string | undefined;
  #feed: OverlayFeed | undefined;
  #change: ChangeWatch | undefined;
  #lastReadAtMs: number | undefined;

  constructor(connection: Connection, ports: LanguageServerPorts) {
    this.#connection = connection;
    this.#ports = ports;
    this.#log = new OnceLogger(connectionLogger(connection.console));
    this.#refresh = new RefreshThrottle(() => this.#askToLookAgain(), ports.refreshTiming);
    const changed = () => this.#numbersChanged();
    this.#documents = new OpenDocuments(
      () => this.#feed,
      changed,
      this.#log.all,
      (uri) => this.#textRead(uri),
    );
    this.#details = new DetailFeed(
      () => this.#feed?.client,
      () => this.#collectorScope(),
      changed,
      this.#log.all,
      ports.feedTiming.restMs,
    );
    const failed = (what: string, error: unknown) => this.#log.error(what, error);
    this.#session = new EditorSession(connection, ports.version, failed);
    this.#pushed = new PushedSurfaces(connection, () => this.#session.client.takesHeat, failed);
    this.#status = new StatusReporter(connection, {
      feed: () => this.#feed,
      documents: this.#documents,
      settingsOf: (uri) => this.#documents.settings(uri) ?? this.#settings,
      window: () => this.#window,
      scope: () => this.#scope,
      activeUri: () => this.#activeUri,
      change: () => this.#change?.status(this.#settings.change.status),
      ...{ version: ports.version, log: this.#log },
    });
    this.#hierarchy = new CallHierarchy(
      (uri) => this.#context(uri),
      () => this.#feed?.client,
      () => this.#collectorScope(),
      this.#links,
      failed,
    );
  }

  /** Registers every handler and begins to listen. */
  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => {
      const result = this.#session.initialize(params);
      this.#isVisible = this.#session.options.overlayVisible ?? true;
      this.#scope = this.#session.options.scope ?? {};
      return result;
    });
    connection.onInitialized(() => {
      this.#session.initialized(() => void this.#foldersChanged());
      void this.#foldersChanged();
      void this.#readSettings(undefined);
    });
    connection.onShutdown(() => this.#stop());
    connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => void this.#readSettings(settings));
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      void this.#open(new OpenDocument(uri, languageId, version, text));
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      this.#documents.get(uri)?.edit(contentChanges, version);
      this.#change?.soon();
      this.#pushed.tellSoon(uri, () => this.#context(uri));
    });
    connection.onDidCloseTextDocument(({ textDocument }) => this.#close(textDocument.uri));
    registerSurfaceRequests(connection, {
      context: (uri) => this.#context(uri),
      look: (uri) => this.#look(uri),
      hierarchy: this.#hierarchy,
      answer: (what, token, empty, work) => this.#answer(what, token, empty, work),
    });
    this.#listenForClient();
    const source = {
      collector: () => this.#feed?.client,
      stateMessage: () => this.#status.message(),
      hasData: () => (this.#feed?.state.services.length ?? 0) > 0,
      scope: () => this.#collectorScope(),
      grammars: () => this.#documents.grammars(this.#session.options.grammarsPath),
      texts: () => this.#documents.texts,
      openText: (path: string) => this.#documents.textAt(path),
      folders: () => workspaceFolders(connection),
      readGit: () => this.#session.options.readGit !== false,
    };
    registerViewRequests(connection, source);
    registerAgentRequests(connection, source);
    this.#change = registerChangeRequests(connection, {
      ...source,
      isWanted: () => this.#settings.enabled && this.#settings.change.enabled,
      openPaths: () => this.#documents.uris.flatMap((uri) => this.#documents.get(uri)?.path ?? []),
      versions: () =>
        new Map((this.#feed?.state.services ?? []).map(({ deployment: own }) => [own.revision, own.version])),
      onChanged: () => this.#changeAssessed(),
      logger: this.#log.all,
      timing: this.#ports.changeTiming,
    });
    connection.listen();
  }

  #listenForClient(): void {
    const connection = this.#connection;
    connection.onNotification(ACTIVE_EDITOR_NOTIFICATION, ({ uri }: ActiveEditorParams) => {
      this.#activeUri = uri;
      this.#change?.looked();
      if (uri !== undefined) this.#look(uri);
      this.#status.send();
    });
    connection.onNotification(OVERLAY_VISIBLE_NOTIFICATION, ({ visible }: OverlayVisibleParams) => {
      if (visible === this.#isVisible) return;
      this.#isVisible = visible;
      this.#askToLookAgain();
    });
    connection.onNotification(SET_SCOPE_NOTIFICATION, (scope: ScopeParams) => {
      this.#scope = scope;
      void this.#connect();
      this.#change?.soon();
    });
    connection.onRequest(EXPLAIN_FILE_REQUEST, ({ uri }: ExplainFileParams, token: CancellationToken) =>
      this.#answer('explain file', token, null, () => this.#status.explain(uri)),
    );
    connection.onRequest(FUNCTION_MARKDOWN_REQUEST, (place: ShowFunctionArgument, token: CancellationToken) =>
      this.#answer('function as Markdown', token, null, () => {
        const context = this.#context(place.uri);
        return context ? (functionMarkdown(context, place) ?? null) : null;
      }),
    );
    connection.onRequest(RECONNECT_REQUEST, () => {
      this.#feed?.reconnect();
      return null;
    });
  }

  /** Asks for the settings, or takes the pushed ones of a client that cannot be asked; then starts over where needed. */
  async #readSettings(pushed: unknown): Promise<void> {
    const { uris } = this.#documents;
    const [own, ...ofDocuments] = await this.#session.readSettings(uris, pushed);
    if (own !== undefined) this.#settings = readSettings(own);
    for (const [index, uri] of uris.entries()) {
      this.#documents.setSettings(uri, readSettings(ofDocuments[index] ?? own));
    }
    await this.#connect();
    this.#change?.reset();
    this.#askToLookAgain();
  }

  /** Asks the collector and about the part of its data that are chosen now. */
  async #connect(): Promise<void> {
    const { environment, connect, feedTiming } = this.#ports;
    // The setting, else what the client knows, else the environment, else the default.
    const asked = this.#settings.collector.address || this.#session.options.collectorAddress;
    const target = await readTarget(resolveCollectorAddress(asked, environment), this.#settings.collector, environment);
    const scope = this.#collectorScope();
    if (this.#feed && !this.#feed.isOther(target, scope)) return;
    if (!this.#feed) {
      this.#feed = new OverlayFeed(connect, target, scope, () => this.#numbersChanged(), this.#log.all, feedTiming);
      this.#documents.askAll();
    }
    this.#details.clear();
    this.#feed.start(target, scope);
  }

  get #window(): string {
    return this.#scope.window && isWindow(this.#scope.window) ? this.#scope.window : this.#settings.window;
  }

  #collectorScope(): Scope {
    const { environment, version } = this.#scope;
    return { windowSeconds: windowSeconds(this.#window), environment, version };
  }

  async #foldersChanged(): Promise<void> {
    const folders = await this.#session.folders();
    this.#documents.setFolders(folders?.map(({ path }) => path));
    this.#links.setFolders(folders ?? []);
    this.#numbersChanged();
  }

  async #open(document: OpenDocument): Promise<void> {
    const { grammarsPath, readGit } = this.#session.options;
    try {
      const opening = this.#documents.open(document, { grammarsPath, readGit: readGit !== false });
      const choosing = this.#session.readSettings([document.uri]).then(([, settings]) => {
        this.#documents.setSettings(document.uri, settings === undefined ? this.#settings : readSettings(settings));
      });
      await Promise.all([opening, choosing]);
    } catch (error) {
      this.#log.error('load the grammars', error);
    }
    this.#status.send();
    this.#refreshChanged();
  }

  #close(uri: string): void {
    this.#documents.close(uri);
    this.#shown.delete(uri);
    this.#pushed.tell(uri, undefined);
  }

  #numbersChanged(): void {
    const state = this.#feed?.state;
    if (state && state.readAtMs !== this.#lastReadAtMs) {
      this.#lastReadAtMs = state.readAtMs;
      const urls = state.services.map(({ deployment: own }) => [own.service, own.repositoryUrl] as const);
      this.#links.setRepositories(new Map(urls.filter(([, url]) => url !== '')));
      if (state.connection === 'connected') this.#details.refresh();
      this.#change?.numbersChanged();
    }
    this.#status.send();
    this.#documents.updateHistories();
    this.#refreshChanged();
  }

  #changeAssessed(): void {
    this.#status.send();
    this.#refreshChanged();
  }

  /** Whoever edits sees at once what the edit did. */
  #textRead(uri: string): void {
    if (this.#shownText(uri) !== this.#shown.get(uri)) this.#askToLookAgain();
  }

  /** Has the editor look again when it would see something else; at once when it has seen nothing of a file yet. */
  #refreshChanged(): void {
    const changed = this.#documents.uris.filter((uri) => this.#shownText(uri) !== (this.#shown.get(uri) ?? ''));
    if (changed.some((uri) => (this.#shown.get(uri) ?? '') === '')) this.#refresh.now();
    else if (changed.length > 0) this.#refresh.changed();
  }

  #shownText(uri: string): string {
    return this.#shownTexts.of(this.#context(uri), this.#details.version);
  }

  #askToLookAgain(): void {
    for (const uri of this.#documents.uris) {
      this.#shown.set(uri, this.#shownText(uri));
      this.#pushed.tell(uri, this.#context(uri));
    }
    this.#session.askToLookAgain();
  }

  /** The same as `#context`, for what a person looks at. */
  #look(uri: string): OverlayContext | undefined {
    const document = this.#documents.get(uri);
    if (document && this.#isVisible) this.#details.look(this.#documents.knownPath(document));
    return this.#context(uri);
  }

  /** What is needed to show a file; undefined while there is nothing to show. */
  #context(uri: string): OverlayContext | undefined {
    const document = this.#documents.get(uri);
    const feed = this.#feed;
    // What its language wants is asked when it is opened: until then nothing is shown rather than too much.
    const settings = this.#documents.settings(uri);
    if (!document || !feed || !settings || !this.#isVisible) return undefined;
    const facts = settings.enabled ? this.#documents.facts(document, settings.service) : undefined;
    if (!facts) return undefined;
    const snapshot = feed.snapshot(this.#documents.knownPath(document));
    return {
      document,
      facts,
      insight: this.#documents.insight(document, this.#details, feed.state.findings),
      settings,
      window: snapshot?.window ?? this.#window,
      snapshotOn: snapshot?.takenOn,
      links: this.#links,
      commandLinks: this.#session.options.commandLinks === true,
      change: settings.change.enabled ? this.#change?.ofFile(document.path) : undefined,
      nowMs: Date.now() + feed.state.clockSkewMs,
    };
  }

  /** Every request goes through here: cancelled ones do no work, failures are logged once and answered with nothing. */
  #answer<T>(what: string, token: CancellationToken, empty: T, work: () => T): T {
    if (token.isCancellationRequested) return empty;
    try {
      return work();
    } catch (error) {
      this.#log.error(what, error);
      return empty;
    }
  }

  #stop(): void {
    this.#refresh.stop();
    this.#pushed.stop();
    this.#change?.stop();
    this.#details.clear();
    this.#feed?.stop();
    this.#documents.closeAll();
  }
}
