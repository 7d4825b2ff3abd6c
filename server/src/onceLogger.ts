import type { Logger } from '@hindcast/core/logger';
import type { RemoteConsole } from 'vscode-languageserver';

const MAX_REMEMBERED = 1000;

/** Says each thing once: what goes wrong in an editor goes wrong with every key. */
export class OnceLogger {
  /** Says everything. */
  readonly all: Logger;
  readonly #said = new Set<string>();

  constructor(logger: Logger) {
    this.all = logger;
  }

  warn(message: string): void {
    if (this.#isNews(message)) this.all.warn(message);
  }

  error(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (this.#isNews(message)) this.all.error(message);
  }

  #isNews(message: string): boolean {
    if (this.#said.has(message) || this.#said.size >= MAX_REMEMBERED) return false;
    this.#said.add(message);
    return true;
  }
}

/** Logs to the editor's output channel. */
export function connectionLogger(console: RemoteConsole): Logger {
  return {
    debug: (message) => console.debug(message),
    info: (message) => console.info(message),
    warn: (message) => console.warn(message),
    error: (message, cause) => console.error(cause instanceof Error ? `${message}: ${cause.message}` : message),
  };
}
