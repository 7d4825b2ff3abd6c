import { PassThrough } from 'node:stream';
import { defaultFeedTiming, type FeedTiming } from '@hindcast/server/collector/overlayFeed';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { LanguageServer } from '@hindcast/server/languageServer';
import {
  HEAT_NOTIFICATION,
  STATUS_NOTIFICATION,
  type HeatParams,
  type HindcastInitializationOptions,
  type HindcastStatus,
} from '@hindcast/proto/lspMessages';
import { createConnection } from 'vscode-languageserver/node';
import {
  CodeLensRefreshRequest,
  CodeLensRequest,
  ConfigurationRequest,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  HoverRequest,
  InitializeRequest,
  InitializedNotification,
  InlayHintRefreshRequest,
  InlayHintRequest,
  LogMessageNotification,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
  type CodeLens,
  type Diagnostic,
  type InlayHint,
  type ProtocolConnection,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';

const quickTiming: FeedTiming = {
  ...defaultFeedTiming,
  readEveryMs: 20,
  firstBackOffMs: 20,
  lastBackOffMs: 100,
  restMs: 0,
};

/** An editor without a screen: speaks the protocol with a language server and remembers what it was told. */
export class LspClient {
  readonly connection: ProtocolConnection;
  readonly statuses: HindcastStatus[] = [];
  /** The last of each document. */
  readonly diagnostics = new Map<string, Diagnostic[]>();
  readonly heat = new Map<string, HeatParams>();
  readonly logged: string[] = [];
  refreshes = 0;
  settings: unknown = {};
  /** Settings of single documents, by their URI. */
  readonly documentSettings = new Map<string, unknown>();

  constructor(connection: ProtocolConnection) {
    this.connection = connection;
    connection.onNotification(STATUS_NOTIFICATION, (status: HindcastStatus) => void this.statuses.push(status));
    connection.onNotification(HEAT_NOTIFICATION, (heat: HeatParams) => void this.heat.set(heat.uri, heat));
    connection.onNotification(
      PublishDiagnosticsNotification.type,
      ({ uri, diagnostics }) => void this.diagnostics.set(uri, diagnostics),
    );
    connection.onNotification(LogMessageNotification.type, ({ message }) => void this.logged.push(message));
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ scopeUri = '' }) => this.documentSettings.get(scopeUri) ?? this.settings),
    );
    connection.onRequest(RegistrationRequest.type, () => {});
    connection.onRequest(CodeLensRefreshRequest.type, () => {});
    connection.onRequest(InlayHintRefreshRequest.type, () => {
      this.refreshes++;
    });
    connection.listen();
  }

  async initialize(
    collectorAddress: string,
    more: HindcastInitializationOptions = {},
    folders?: readonly string[],
  ): Promise<void> {
    const options = { collectorAddress, ...more };
    await this.connection.sendRequest(InitializeRequest.type, {
      processId: null,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol still requires it
      rootUri: null,
      initializationOptions: options,
      ...(folders ? { workspaceFolders: folders.map((uri) => ({ uri, name: uri })) } : {}),
      capabilities: {
        workspace: {
          configuration: true,
          didChangeConfiguration: { dynamicRegistration: true },
          inlayHint: { refreshSupport: true },
          codeLens: { refreshSupport: true },
        },
      },
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
  }

  open(uri: string, text: string, languageId = 'typescript'): Promise<void> {
    return this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  change(uri: string, version: number, contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    return this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges,
    });
  }

  closeDocument(uri: string): Promise<void> {
    return this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  async configure(settings: unknown): Promise<void> {
    this.settings = settings;
    await this.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
  }

  /** Labels as one text, whatever parts they are made of. */
  async hints(uri: string): Promise<(InlayHint & { label: string })[]> {
    const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
    const hints = (await this.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range })) ?? [];
    return hints.map((hint) => ({
      ...hint,
      label: typeof hint.label === 'string' ? hint.label : hint.label.map(({ value }) => value).join(''),
    }));
  }

  async lenses(uri: string): Promise<CodeLens[]> {
    return (await this.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
  }

  /** The Markdown of the hover at a 0-based position; undefined for none. */
  async hover(uri: string, line: number, character: number): Promise<string | undefined> {
    const position = { line, character };
    const hover = await this.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
    return hover && 'value' in (hover.contents as object) ? (hover.contents as { value: string }).value : undefined;
  }

  async close(): Promise<void> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type).catch(() => {});
    this.connection.dispose();
  }
}

/** A language server in this process, connected by streams. */
export function startInBand(environment: Readonly<Record<string, string>> = {}): LspClient {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const connection = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  // Left alone it would end the process of the tests.
  connection.onExit(() => {});
  new LanguageServer(connection, {
    connect: ({ address, access }) => new CollectorClient(address, access),
    environment,
    version: '0.0.0',
    feedTiming: quickTiming,
    refreshTiming: { atFirstMs: 20, laterMs: 20, firstCount: 1 },
    changeTiming: { quietMs: 20, lookedMs: 0, numbersMs: 20, restFactor: 0, deadlineMs: 20_000 },
  }).listen();
  return new LspClient(createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer)));
}

/** Polls until the probe answers something other than undefined; fails after the deadline with what was awaited. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
