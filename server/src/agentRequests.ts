import type { Logger } from '@hindcast/core/logger';
import { ASK_REQUEST, type AskParams, type AskResult } from '@hindcast/proto/agentMessages';
import { fields, text } from '@hindcast/proto/shape';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { AgentInputError } from './agents/agentInput.js';
import { askFolders } from './agents/askFolders.js';
import { WorkspaceSource } from './agents/workspaceSource.js';
import type { CollectorClient } from './collector/collectorClient.js';
import { CollectorClientError } from './collector/collectorClientError.js';
import { SnapshotReader } from './collector/snapshotReader.js';
import { DeployedTexts } from './git/deployedTexts.js';
import { CallQueue, CallQueueFullError } from './mcp/callQueue.js';
import { connectionLogger } from './onceLogger.js';
import type { Grammars } from './source/grammars.js';

const CALLS_AT_ONCE = 4;
/** Folders of one window that are asked. */
const MAX_FOLDERS = 8;
const CANCELLED = 'Cancelled.';

const askShape = fields({ tool: text });

/** What answers need from the language server. Read anew for every question. */
export interface AgentRequestSource {
  /** Undefined while no collector answers. */
  readonly collector: () => CollectorClient | undefined;
  /** Why there is no collector: one sentence that says what to do. */
  readonly stateMessage: () => string;
  readonly grammars: () => Grammars;
  /** Whether git may be run; answers need it. */
  readonly readGit: () => boolean;
  /** Absolute paths of the folders that are open, with `/`. */
  readonly folders: () => Promise<readonly string[]>;
}

/**
 * Answers what agents in the editor ask: the same answers as the MCP server gives, from this process, which knows the collector, its
 * token and the folders already.
 */
export function registerAgentRequests(connection: Connection, source: AgentRequestSource): void {
  const asker = new FolderAsker(source, connectionLogger(connection.console));
  connection.onRequest(ASK_REQUEST, (params: unknown, token: CancellationToken): Promise<AskResult> => {
    if (!askShape.is(params)) {
      return Promise.resolve({ problem: `The parameters of ${ASK_REQUEST} are not what it takes.` });
    }
    const abort = new AbortController();
    if (token.isCancellationRequested) abort.abort();
    const listening = token.onCancellationRequested(() => abort.abort());
    const { tool, input } = params as unknown as AskParams;
    return asker.ask(tool, input, abort.signal).finally(() => listening.dispose());
  });
}

/** Asks about the open folders. Keeps what it has parsed of each. */
class FolderAsker {
  readonly #source: AgentRequestSource;
  readonly #logger: Logger;
  readonly #queue = new CallQueue(CALLS_AT_ONCE);
  #workspaces = new Map<string, WorkspaceSource>();
  readonly #readers = new Map<string, SnapshotReader>();
  #texts: DeployedTexts | undefined;

  constructor(source: AgentRequestSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** Never rejects. */
  async ask(tool: string, input: unknown, signal: AbortSignal): Promise<AskResult> {
    const { collector, stateMessage, readGit, folders } = this.#source;
    try {
      if (!readGit()) return { problem: 'This window is in Restricted Mode: trust the workspace, then ask again.' };
      const client = collector();
      const open = (await folders()).slice(0, MAX_FOLDERS);
      if (open.length === 0) return { problem: 'No folder is open: open the one with the code, then ask again.' };
      const answering = client ? open : await this.#withSnapshot(open);
      if (answering.length === 0) return { problem: `No production facts can be had now: ${stateMessage()}` };
      return await this.#queue.run(signal, () => this.#askFolders(tool, input, client, answering, signal));
    } catch (error) {
      if (signal.aborted) return { problem: CANCELLED };
      if (error instanceof AgentInputError) return { problem: `${tool.slice(0, 40)}: ${error.message}` };
      if (error instanceof CallQueueFullError) return { problem: error.message };
      if (error instanceof CollectorClientError) {
        return { problem: `No production facts can be had now: ${error.message}` };
      }
      this.#logger.error('answer an agent', error);
      return {
        problem: `${tool.slice(0, 40)} failed; the log of Hindcast says why. No production facts could be had.`,
      };
    }
  }

  async #askFolders(
    tool: string,
    input: unknown,
    client: CollectorClient | undefined,
    folders: readonly string[],
    signal: AbortSignal,
  ): Promise<AskResult> {
    this.#workspaces = new Map(folders.map((folder) => [folder, this.#workspace(folder)]));
    this.#texts ??= new DeployedTexts(this.#source.grammars());
    const texts = this.#texts;
    const [first, ...others] = [...this.#workspaces.values()].map((workspace) => ({
      ...{ client, workspace, texts, nowMs: () => Date.now() },
      snapshot: { reader: this.#reader(workspace.root), because: 'since no collector answers' },
    }));
    if (!first) return { problem: CANCELLED };
    const { answer, folder } = await askFolders(tool, input, [first, ...others], { signal, progress: () => {} });
    return { markdown: answer.markdown, structured: { ...answer.structured }, folder };
  }

  /** Those whose repository has one; one that cannot be read counts: asking it says what is wrong. */
  async #withSnapshot(folders: readonly string[]): Promise<readonly string[]> {
    const isThere = (folder: string) =>
      this.#reader(folder)
        .read()
        .then(
          (snapshot) => snapshot !== undefined,
          () => true,
        );
    const there = await Promise.all(folders.map(isThere));
    return folders.filter((_, index) => there[index]);
  }

  #reader(folder: string): SnapshotReader {
    const reader = this.#readers.get(folder) ?? SnapshotReader.around(folder);
    this.#readers.set(folder, reader);
    return reader;
  }

  #workspace(folder: string): WorkspaceSource {
    return this.#workspaces.get(folder) ?? new WorkspaceSource(folder, this.#source.grammars());
  }
}
