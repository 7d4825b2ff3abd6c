import { SETTINGS_SECTION, type HindcastInitializationOptions } from '@hindcast/proto/lspMessages';
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
  type DocumentFilter,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { WorkspaceFolder } from './callerLinks.js';
import { findFileHints } from './source/fileHints.js';

const nothing = {
  hasConfiguration: false,
  registersConfiguration: false,
  hasFolders: false,
  refreshesHints: false,
  refreshesLenses: false,
  takesHeat: false,
};

/** What an editor can do, and what it says of itself: its options, settings and folders. */
export class EditorSession {
  readonly #connection: Connection;
  readonly #version: string;
  readonly #onError: (what: string, error: unknown) => void;
  #options: HindcastInitializationOptions = {};
  #client = nothing;
  #folderUris: readonly string[] | undefined;

  constructor(connection: Connection, version: string, onError: (what: string, error: unknown) => void) {
    this.#connection = connection;
    this.#version = version;
    this.#onError = onError;
  }

  get options(): HindcastInitializationOptions {
    return this.#options;
  }

  get client(): Readonly<typeof nothing> {
    return this.#client;
  }

  initialize({ capabilities, initializationOptions, workspaceFolders }: InitializeParams): InitializeResult {
    const options: unknown = initializationOptions;
    this.#options = typeof options === 'object' && options !== null ? options : {};
    this.#folderUris = workspaceFolders?.map(({ uri }) => uri);
    const { workspace } = capabilities;
    this.#client = {
      hasConfiguration: workspace?.configuration === true,
      registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
      hasFolders: workspace?.workspaceFolders === true,
      refreshesHints: workspace?.inlayHint?.refreshSupport === true,
      refreshesLenses: workspace?.codeLens?.refreshSupport === true,
      // Only our own client knows that notification, and it is also the one that runs command links.
      takesHeat: this.#options.commandLinks === true,
    };
    const selector = this.#options.callHierarchySelector;
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        inlayHintProvider: { resolveProvider: true },
        codeLensProvider: { resolveProvider: false },
        hoverProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        callHierarchyProvider: selector ? { documentSelector: [...selector] as DocumentFilter[] } : true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: 'Hindcast', version: this.#version },
    };
  }

  /** To be called when the editor is ready to be asked. */
  initialized(onFolders: () => void): void {
    if (this.#client.registersConfiguration) {
      this.#connection.client
        .register(DidChangeConfigurationNotification.type, { section: SETTINGS_SECTION })
        .catch((error: unknown) => this.#onError('register for settings', error));
    }
    if (!this.#client.hasFolders) return;
    this.#connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => uri));
      const kept = (this.#folderUris ?? []).filter((uri) => !gone.has(uri));
      this.#folderUris = [...kept, ...added.map(({ uri }) => uri)];
      onFolders();
    });
  }

  /**
   * The settings of the window, then those of each document; those that the editor does not tell are undefined. Never fails.
   * @param pushed what a client that cannot be asked has sent
   */
  async readSettings(uris: readonly string[], pushed?: unknown): Promise<readonly unknown[]> {
    if (!this.#client.hasConfiguration) return [sectionOf(pushed)];
    const section = SETTINGS_SECTION;
    try {
      const answer: unknown = await this.#connection.workspace.getConfiguration([
        { section },
        ...uris.map((scopeUri) => ({ scopeUri, section })),
      ]);
      return Array.isArray(answer) ? (answer as unknown[]) : [];
    } catch (error) {
      this.#onError('read settings', error);
      return [];
    }
  }

  /** Has the editor ask for hints and lenses again. */
  askToLookAgain(): void {
    const failed = (error: unknown) => this.#onError('refresh', error);
    const { refreshesHints, refreshesLenses } = this.#client;
    if (refreshesHints) this.#connection.languages.inlayHint.refresh().catch(failed);
    if (refreshesLenses) this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(failed);
  }

  /** The folders of the workspace; undefined when the editor has none. */
  async folders(): Promise<readonly WorkspaceFolder[] | undefined> {
    if (!this.#folderUris) return undefined;
    return Promise.all(
      this.#folderUris
        .filter((uri) => uri.startsWith('file:'))
        .map(async (uri) => {
          const path = URI.parse(uri).fsPath.replaceAll('\\', '/').replace(/\/$/, '');
          return { path, ...(await findFileHints(`${path}/package.json`)) };
        }),
    );
  }
}

function sectionOf(pushed: unknown): unknown {
  return typeof pushed === 'object' && pushed !== null && SETTINGS_SECTION in pushed
    ? pushed[SETTINGS_SECTION]
    : pushed;
}
