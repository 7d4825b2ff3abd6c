import { HEAT_NOTIFICATION } from '@hindcast/proto/lspMessages';
import type { Connection } from 'vscode-languageserver';
import { diagnostics } from './diagnostics.js';
import { heat } from './heat.js';
import type { OverlayContext } from './overlayContext.js';

/** After an edit: so long must a text stay as it is before its diagnostics are looked at again. */
const QUIET_MS = 700;

/** What an editor is told of its documents without asking: diagnostics, and heat where it takes that. */
export class PushedSurfaces {
  readonly #connection: Connection;
  readonly #takesHeat: () => boolean;
  readonly #onError: (what: string, error: unknown) => void;
  /** What was last said, by kind and URI. */
  readonly #sent = new Map<string, string>();
  readonly #soon = new Map<string, NodeJS.Timeout>();

  constructor(connection: Connection, takesHeat: () => boolean, onError: (what: string, error: unknown) => void) {
    this.#connection = connection;
    this.#takesHeat = takesHeat;
    this.#onError = onError;
  }

  /** @param context undefined takes away what was said before */
  tell(uri: string, context: OverlayContext | undefined): void {
    clearTimeout(this.#soon.get(uri));
    this.#soon.delete(uri);
    this.#send(`diagnostics ${uri}`, context ? diagnostics(context) : [], (own) =>
      this.#connection.sendDiagnostics({ uri, diagnostics: own }),
    );
    if (!this.#takesHeat()) return;
    this.#send(`heat ${uri}`, context ? heat(context).functions : [], (functions) =>
      this.#connection.sendNotification(HEAT_NOTIFICATION, { uri, functions }),
    );
  }

  /** After an edit, once typing has paused. */
  tellSoon(uri: string, context: () => OverlayContext | undefined): void {
    clearTimeout(this.#soon.get(uri));
    const timer = setTimeout(() => {
      this.#soon.delete(uri);
      this.tell(uri, context());
    }, QUIET_MS);
    this.#soon.set(uri, timer.unref());
  }

  /** Says nothing more of edits that were just made. */
  stop(): void {
    for (const timer of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
  }

  /** Sends a list unless it is what was sent last; nothing is what was sent at first. */
  #send<Item>(key: string, list: Item[] | readonly Item[], send: (list: Item[]) => Promise<void>): void {
    const text = JSON.stringify(list);
    if (text === (this.#sent.get(key) ?? '[]')) return;
    if (list.length === 0) this.#sent.delete(key);
    else this.#sent.set(key, text);
    send([...list]).catch((error: unknown) => this.#onError(`send ${key}`, error));
  }
}

/** All of it for one document, to tell whether it has changed. */
export function pushedText(context: OverlayContext): string {
  return JSON.stringify([diagnostics(context), heat(context).functions]);
}
