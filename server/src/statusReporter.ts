import {
  STATUS_NOTIFICATION,
  type FileExplanation,
  type HindcastSettings,
  type ScopeParams,
} from '@hindcast/proto/lspMessages';
import type { Connection } from 'vscode-languageserver';
import { explainFile } from './answers/explainFile.js';
import type { OverlayFeed } from './collector/overlayFeed.js';
import type { OnceLogger } from './onceLogger.js';
import type { OpenDocuments } from './openDocuments.js';
import { statusOf, type StatusContext } from './statusMessage.js';

/** What the status is made from. Read anew each time. */
export interface StatusSource {
  readonly feed: () => OverlayFeed | undefined;
  readonly documents: OpenDocuments;
  readonly settingsOf: (uri: string) => HindcastSettings;
  readonly window: () => string;
  readonly scope: () => ScopeParams;
  readonly activeUri: () => string | undefined;
  readonly change: () => StatusContext['change'];
  readonly version: string;
  readonly log: OnceLogger;
}

/** Says what is, or is not, there: to the status item when it changes, and in words when someone asks. */
export class StatusReporter {
  readonly #connection: Connection;
  readonly #source: StatusSource;
  #last = '';

  constructor(connection: Connection, source: StatusSource) {
    this.#connection = connection;
    this.#source = source;
  }

  /** Tells the editor, when there is something new to tell. */
  send(): void {
    const { feed, activeUri, log } = this.#source;
    const state = feed()?.state;
    if (!state) return;
    const status = statusOf(state, this.#context(activeUri()));
    const key = JSON.stringify(status);
    if (key === this.#last) return;
    this.#last = key;
    // Each is logged once while it lasts, for people who look for the reason there.
    for (const note of status.notes) log.warn(note.message);
    this.#connection
      .sendNotification(STATUS_NOTIFICATION, status)
      .catch((error: unknown) => log.error('send the status', error));
  }

  /** What is, or is not, there in all, whatever the file. */
  message(): string {
    const state = this.#source.feed()?.state;
    if (!state) return 'Hindcast is starting.';
    // Who asks needs a collector: what a snapshot shows does not help.
    return statusOf(state, { ...this.#context(undefined), snapshot: undefined }).message;
  }

  explain(uri: string): FileExplanation {
    const { documents, settingsOf, feed } = this.#source;
    const document = documents.get(uri);
    const context = this.#context(uri);
    const { state = 'unsupported', message = '' } = context.file ?? {};
    const facts = document && documents.facts(document, settingsOf(uri).service);
    const summary = state === 'pending' ? this.message() : message;
    const nothing = { state: 'unknown', message: summary, functions: [], services: [] } as const;
    const explained = explainFile(facts ?? document?.facts([], '') ?? nothing, state, summary, context.window);
    const known = feed()?.state;
    const snapshot = known && context.snapshot ? [statusOf(known, context).message] : [];
    return { ...explained, notes: [...snapshot, ...context.fileNotes.map((note) => note.message)] };
  }

  #context(uri: string | undefined): StatusContext {
    const { feed, documents, settingsOf, window, scope, change, version } = this.#source;
    const snapshot = feed()?.snapshot();
    const { environment = '', version: shown = '' } = scope();
    return {
      window: snapshot?.window ?? window(),
      snapshot,
      snapshotProblem: feed()?.snapshotProblem,
      scope: { environment, version: shown },
      version,
      file: uri === undefined ? undefined : documents.status(uri, settingsOf(uri).service),
      fileNotes: uri === undefined ? [] : documents.notes(uri),
      change: change(),
    };
  }
}
