import { EventEmitter, window, workspace } from 'vscode';
import type { Disposable, ExtensionContext, LogOutputChannel } from 'vscode';
import {
  EXPLAIN_FILE_REQUEST,
  type ExplainFileParams,
  type FileExplanation,
  type HeatParams,
  type HindcastStatus,
  type ScopeParams,
} from '@hindcast/proto/lspMessages';
import type { CallHierarchyProvider, CancellationToken, TextDocument } from 'vscode';
import type { ClientState, ServerState } from './clientState.js';
import { EmbeddedCollector } from './embeddedCollector.js';
import type { CollectorAddresses } from './embeddedCollector.js';
import type { LanguageServer } from './languageServer.js';
import { LANGUAGES } from './languages.js';
import { TOKEN_SECRET } from './secretToken.js';

/** Waits this long before it looks for a collector again after one went away: another window may take over first. */
const TAKE_OVER_DELAY_MS = 2_000;
const MAX_TAKE_OVERS = 5;

/**
 * Holds the state of the extension in this window and the two programs behind it: the language server and, when nothing else
 * listens at the collector's address, an embedded collector.
 */
export class HindcastClient {
  readonly #changed = new EventEmitter<ClientState>();
  readonly #heat = new EventEmitter<HeatParams>();
  readonly #disposables: Disposable[] = [];
  readonly #embedded: EmbeddedCollector;
  #state: ClientState;
  #server: LanguageServer | undefined;
  #takeOvers = 0;
  #takeOverTimer: NodeJS.Timeout | undefined;

  /** Folders beside the workspace's in which functions are looked for, such as the demo's. */
  readonly codeFolders = new Set<string>();

  /** Fires with the new state. */
  readonly onDidChange = this.#changed.event;
  /** Fires with how hot the functions of a document are. */
  readonly onDidChangeHeat = this.#heat.event;

  constructor(
    private readonly context: ExtensionContext,
    readonly log: LogOutputChannel,
    overlayVisible: boolean,
    scope: ScopeParams,
  ) {
    this.#embedded = new EmbeddedCollector({
      command: [process.execPath, context.asAbsolutePath('dist/hindcast.cjs')],
      storePath: `${context.globalStorageUri.fsPath}/collector.db`,
      logger: {
        debug: (message) => log.debug(message),
        info: (message) => log.info(message),
        warn: (message) => log.warn(message),
        error: (message) => log.error(message),
      },
      onDidChange: (embedded) => this.#update({ embedded }),
    });
    this.#state = {
      server: 'stopped',
      embedded: this.#embedded.state,
      overlayVisible,
      collectorAddress: collectorAddresses().query,
      scope,
    };
    this.#disposables.push(
      window.onDidChangeActiveTextEditor(() => this.#sendActiveEditor()),
      // The language server was told not to run git; it is told once, when it starts.
      workspace.onDidGrantWorkspaceTrust(() => void Promise.all([this.restartServer(), this.findCollector()])),
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('hindcast.collector')) return;
        this.#update({ collectorAddress: collectorAddresses().query });
        void this.findCollector();
      }),
      // The language server is given the token when it starts, and only then: it is in no message and no log.
      context.secrets.onDidChange(({ key }) => {
        if (key === TOKEN_SECRET) void this.restartServer();
      }),
    );
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Starts the language server, and a collector if one is wanted and missing. Never throws: see `state`. */
  async start(): Promise<void> {
    await Promise.all([this.#startServer(), this.findCollector()]);
  }

  async restartServer(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
    await this.#startServer();
  }

  /** Starts the embedded collector when settings and trust allow it and nothing listens at the address yet. */
  async findCollector(): Promise<void> {
    const reason = whyNoEmbedded();
    if (reason !== undefined) {
      await this.#embedded.turnOff(reason);
      return;
    }
    await this.startCollector();
  }

  /** The same because a person asked for it, whatever the setting says. */
  async startCollector(): Promise<void> {
    await this.#embedded.ensure(collectorAddresses());
    this.#server?.reconnect();
  }

  async stopCollector(): Promise<void> {
    await this.#embedded.stop();
    this.#server?.reconnect();
  }

  setOverlayVisible(visible: boolean): void {
    this.#update({ overlayVisible: visible });
    this.#server?.setOverlayVisible(visible);
  }

  /** Which part of the data is shown. */
  setScope(scope: ScopeParams): void {
    this.#update({ scope });
    this.#server?.setScope(scope);
  }

  /** The files may have changed although no document that is open says so. */
  lookAtChange(): void {
    this.#server?.lookAtChange();
  }

  /** Rejects when the language server does not answer. */
  explainFile(uri: string): Promise<FileExplanation> {
    return this.request(EXPLAIN_FILE_REQUEST, { uri } satisfies ExplainFileParams);
  }

  /** Asks the language server something of our own. Rejects when it does not answer. */
  request<Result>(method: string, params?: object, token?: CancellationToken): Promise<Result> {
    if (this.#server === undefined) return Promise.reject(new Error('The language server is not running.'));
    return this.#server.request(method, params, token);
  }

  /** Answers who calls whom in production; undefined while the language server does not run. */
  callHierarchyProvider(document: TextDocument): CallHierarchyProvider | undefined {
    return this.#server?.callHierarchyProvider(document);
  }

  /** Ends both programs. */
  async shutDown(): Promise<void> {
    clearTimeout(this.#takeOverTimer);
    await Promise.all([this.#server?.stop(), this.#embedded.dispose()]);
  }

  dispose(): void {
    this.#changed.dispose();
    this.#heat.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #startServer(): Promise<void> {
    this.#update({ server: 'starting' });
    const token = await this.context.secrets.get(TOKEN_SECRET);
    // Loaded only now: it is most of the extension's code, and activation must not wait for it.
    const { startLanguageServer } = await import('./languageServer.js');
    this.#server = await startLanguageServer({
      modulePath: this.context.asAbsolutePath('dist/server.cjs'),
      log: this.log,
      token,
      initializationOptions: () => ({
        collectorAddress: this.#state.collectorAddress,
        overlayVisible: this.#state.overlayVisible,
        readGit: workspace.isTrusted,
        scope: this.#state.scope,
        commandLinks: true,
        // Anything more exact would take the call hierarchy of the language itself away.
        callHierarchySelector: [{ language: '*', scheme: '*' }],
      }),
      onDidChangeState: (server) => this.#onServerState(server),
      onStatus: (status) => this.#onStatus(status),
      onHeat: (heat) => this.#heat.fire(heat),
    });
    this.#onServerState(this.#state.server);
  }

  #onServerState(server: ServerState): void {
    this.#update({ server });
    if (server === 'running') this.#sendActiveEditor();
  }

  #onStatus(status: HindcastStatus): void {
    const before = this.#state.status?.state;
    this.#update({ status });
    if (status.state === 'connected' || status.state === 'no-data') this.#takeOvers = 0;
    const wasServed = this.#embedded.state.kind === 'external' || this.#embedded.state.kind === 'failed';
    if (status.state === 'no-collector' && before !== 'no-collector' && wasServed) this.#takeOverSoon();
  }

  /** The collector that served this window is gone, perhaps with the window that ran it. */
  #takeOverSoon(): void {
    if (this.#takeOvers >= MAX_TAKE_OVERS) return;
    this.#takeOvers++;
    clearTimeout(this.#takeOverTimer);
    // Spread, so that several windows do not start one each at the same moment.
    this.#takeOverTimer = setTimeout(() => void this.findCollector(), TAKE_OVER_DELAY_MS * (1 + Math.random()));
  }

  #sendActiveEditor(): void {
    const document = window.activeTextEditor?.document;
    const isOurs = document !== undefined && (LANGUAGES as readonly string[]).includes(document.languageId);
    this.#server?.setActiveEditor(isOurs ? document.uri.toString() : undefined);
  }

  #update(change: Partial<ClientState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed.fire(this.#state);
  }
}

function collectorAddresses(): CollectorAddresses {
  const settings = workspace.getConfiguration('hindcast.collector');
  return {
    query: settings.get<string>('address') ?? '127.0.0.1:4319',
    otlpGrpc: settings.get<string>('otlpGrpcAddress') ?? '127.0.0.1:4317',
    otlpHttp: settings.get<string>('otlpHttpAddress') ?? '127.0.0.1:4318',
  };
}

/** Why no collector is started here by itself; undefined when one may be. */
function whyNoEmbedded(): string | undefined {
  if (!workspace.isTrusted) return 'Restricted Mode';
  const isWanted = workspace.getConfiguration('hindcast').get<boolean>('collector.embedded') ?? true;
  return isWanted ? undefined : 'hindcast.collector.embedded is off';
}
