import { EventEmitter, window, workspace } from 'vscode';
import type { Disposable, ExtensionContext, LogOutputChannel } from 'vscode';
import type { FileExplanation, HindcastStatus } from '@hindcast/proto/lspMessages';
import type { ClientState, ServerState } from './clientState.js';
import { EmbeddedCollector } from './embeddedCollector.js';
import type { CollectorAddresses } from './embeddedCollector.js';
import type { LanguageServer } from './languageServer.js';
import { LANGUAGES } from './languages.js';

/** Waits this long before it looks for a collector again after one went away: another window may take over first. */
const TAKE_OVER_DELAY_MS = 2_000;
const MAX_TAKE_OVERS = 5;

/**
 * Holds the state of the extension in this window and the two programs behind it: the language server and, when nothing else
 * listens at the collector's address, an embedded collector.
 */
export class HindcastClient {
  readonly #changed = new EventEmitter<ClientState>();
  readonly #disposables: Disposable[] = [];
  readonly #embedded: EmbeddedCollector;
  #state: ClientState;
  #server: LanguageServer | undefined;
  #takeOvers = 0;
  #takeOverTimer: NodeJS.Timeout | undefined;

  /** Fires with the new state. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly context: ExtensionContext,
    readonly log: LogOutputChannel,
    overlayVisible: boolean,
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

  /** Rejects when the language server does not answer. */
  explainFile(uri: string): Promise<FileExplanation> {
    if (this.#server === undefined) return Promise.reject(new Error('The language server is not running.'));
    return this.#server.explainFile(uri);
  }

  /** A request of `viewMessages.ts`. Rejects when the language server does not answer. */
  request<Answer>(method: string, params?: object): Promise<Answer> {
    if (this.#server === undefined) return Promise.reject(new Error('The language server is not running.'));
    return this.#server.request<Answer>(method, params);
  }

  /** Ends both programs. */
  async shutDown(): Promise<void> {
    clearTimeout(this.#takeOverTimer);
    await Promise.all([this.#server?.stop(), this.#embedded.dispose()]);
  }

  dispose(): void {
    this.#changed.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #startServer(): Promise<void> {
    this.#update({ server: 'starting' });
    // Loaded only now: it is most of the extension's code, and activation must not wait for it.
    const { startLanguageServer } = await import('./languageServer.js');
    this.#server = await startLanguageServer({
      modulePath: this.context.asAbsolutePath('dist/server.cjs'),
      log: this.log,
      initializationOptions: () => ({
        collectorAddress: this.#state.collectorAddress,
        overlayVisible: this.#state.overlayVisible,
        readGit: workspace.isTrusted,
      }),
      onDidChangeState: (server) => this.#onServerState(server),
      onStatus: (status) => this.#onStatus(status),
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
