import { Uri, workspace } from 'vscode';
import type { CallHierarchyProvider, CancellationToken, LogOutputChannel, TextDocument } from 'vscode';
import {
  CallHierarchyPrepareRequest,
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import { LOOK_AT_CHANGE_NOTIFICATION } from '@hindcast/proto/changeMessages';
import {
  ACTIVE_EDITOR_NOTIFICATION,
  COPY_FACTS_COMMAND,
  HEAT_NOTIFICATION,
  OVERLAY_VISIBLE_NOTIFICATION,
  RECONNECT_REQUEST,
  SHOW_CALLERS_COMMAND,
  SHOW_FUNCTION_COMMAND,
  SET_SCOPE_NOTIFICATION,
  STATUS_NOTIFICATION,
  TOKEN_ENVIRONMENT_VARIABLE,
} from '@hindcast/proto/lspMessages';
import type {
  ActiveEditorParams,
  HeatParams,
  HindcastInitializationOptions,
  HindcastStatus,
  OverlayVisibleParams,
  ScopeParams,
} from '@hindcast/proto/lspMessages';
import type { ServerState } from './clientState.js';
import { DOCUMENTS } from './languages.js';

/** What the rest of the client asks of the language server; every send is a no-op while it does not run. */
export interface LanguageServer {
  setOverlayVisible(visible: boolean): void;
  setActiveEditor(uri: string | undefined): void;
  setScope(scope: ScopeParams): void;
  /** The files may have changed although no document that is open says so. */
  lookAtChange(): void;
  /** Rejects when the server does not run or fails to answer. */
  request<Result>(method: string, params?: object, token?: CancellationToken): Promise<Result>;
  /** Undefined while the server does not run. */
  callHierarchyProvider(document: TextDocument): CallHierarchyProvider | undefined;
  /** Try the collector now. */
  reconnect(): void;
  stop(): Promise<void>;
}

export interface LanguageServerOptions {
  readonly modulePath: string;
  readonly log: LogOutputChannel;
  /** What the collector wants to be shown; given to the server as an environment variable. */
  readonly token: string | undefined;
  /** Read at every start. */
  readonly initializationOptions: () => HindcastInitializationOptions;
  readonly onDidChangeState: (state: ServerState) => void;
  readonly onStatus: (status: HindcastStatus) => void;
  readonly onHeat: (heat: HeatParams) => void;
}

const MAX_RESTARTS = 4;
const RESTART_WINDOW_MS = 3 * 60_000;
const STOP_TIMEOUT_MS = 2_000;

/** Hover links may run these and nothing else. */
const LINKED_COMMANDS = [SHOW_CALLERS_COMMAND, SHOW_FUNCTION_COMMAND, COPY_FACTS_COMMAND, 'hindcast.explainFile'];

/** Starts the language server as a child process with the Node of the extension host, and restarts it a few times if it dies. */
export async function startLanguageServer(options: LanguageServerOptions): Promise<LanguageServer> {
  const { log, modulePath } = options;
  const endings: number[] = [];
  const client = new LanguageClient(
    'hindcast',
    'Hindcast',
    { module: modulePath, transport: TransportKind.ipc, options: { env: environment(options.token) } },
    {
      documentSelector: DOCUMENTS,
      outputChannel: log,
      traceOutputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: options.initializationOptions,
      markdown: { isTrusted: { enabledCommands: LINKED_COMMANDS } },
      textSynchronization: { delayOpenNotifications: true },
      middleware: { workspace: { configuration: ({ items }) => items.map(settingsOf) } },
      // Failures show in the status item and the log, never as a message box.
      initializationFailedHandler: (error) => {
        log.error('The language server did not initialize.', error instanceof Error ? error : String(error));
        return false;
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          const now = Date.now();
          endings.push(now);
          const recent = endings.filter((at) => now - at < RESTART_WINDOW_MS).length;
          if (recent <= MAX_RESTARTS) return { action: CloseAction.Restart, handled: true };
          log.error(
            `The language server ended ${recent} times within three minutes; it stays down until it is restarted.`,
          );
          options.onDidChangeState('failed');
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    },
  );
  client.onNotification(STATUS_NOTIFICATION, options.onStatus);
  client.onNotification(HEAT_NOTIFICATION, options.onHeat);
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) options.onDidChangeState('running');
    else if (newState === State.Starting) options.onDidChangeState('starting');
  });
  const send = (method: string, params: object) => {
    if (client.state !== State.Running) return;
    client
      .sendNotification(method, params)
      .catch((error: unknown) => log.warn(`${method} was not sent: ${String(error)}`));
  };
  try {
    await client.start();
  } catch (error) {
    options.onDidChangeState('failed');
    log.error('The language server did not start.', error instanceof Error ? error : String(error));
  }
  return {
    setOverlayVisible: (visible) => send(OVERLAY_VISIBLE_NOTIFICATION, { visible } satisfies OverlayVisibleParams),
    setActiveEditor: (uri) =>
      send(ACTIVE_EDITOR_NOTIFICATION, (uri === undefined ? {} : { uri }) satisfies ActiveEditorParams),
    lookAtChange: () => send(LOOK_AT_CHANGE_NOTIFICATION, {}),
    setScope: (scope) => send(SET_SCOPE_NOTIFICATION, scope),
    // An argument that is undefined would be sent as a parameter of its own.
    request: <Result>(method: string, params?: object, token?: CancellationToken): Promise<Result> => {
      if (params === undefined) return token ? client.sendRequest(method, token) : client.sendRequest(method);
      return token ? client.sendRequest(method, params, token) : client.sendRequest(method, params);
    },
    callHierarchyProvider: (document) => client.getFeature(CallHierarchyPrepareRequest.method).getProvider(document),
    reconnect: () => {
      if (client.state !== State.Running) return;
      client
        .sendRequest(RECONNECT_REQUEST)
        .catch((error: unknown) => log.warn(`${RECONNECT_REQUEST} failed: ${String(error)}`));
    },
    stop: async () => {
      try {
        await client.dispose(STOP_TIMEOUT_MS);
      } catch (error) {
        log.debug(`The language server did not stop cleanly: ${String(error)}`);
      }
    },
  };
}

/** What the server's process gets to see: everything, and the token in its variable or not at all. */
function environment(token: string | undefined): NodeJS.ProcessEnv {
  const { [TOKEN_ENVIRONMENT_VARIABLE]: inherited, ...others } = process.env;
  const own = token ?? inherited;
  return own === undefined ? others : { ...others, [TOKEN_ENVIRONMENT_VARIABLE]: own };
}

/** Settings as they are for a document: also what is set for its language. */
function settingsOf({ scopeUri, section }: { scopeUri?: string; section?: string }): unknown {
  const scope =
    scopeUri === undefined
      ? undefined
      : (workspace.textDocuments.find(({ uri }) => uri.toString() === Uri.parse(scopeUri).toString()) ??
        Uri.parse(scopeUri));
  const settings: unknown = workspace.getConfiguration(undefined, scope).get(section ?? '');
  // What the editor hands over is read-only and guards itself; the server gets plain data.
  return settings === undefined ? null : (JSON.parse(JSON.stringify(settings)) as unknown);
}
