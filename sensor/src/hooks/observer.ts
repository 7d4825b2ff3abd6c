import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Declaration } from '../declarations.js';
import { isOwnFile, type OwnCode } from '../discovery/ownCode.js';
import { observeFile } from '../observeFile.js';
import type { SharedState } from '../runtime/sharedState.js';
import { isInstrumented } from '../transform/injected.js';
import type { Ownership } from '../transform/instrument.js';
import type { SourceKind } from '../transform/syntax.js';

/** Hears of every own file that is about to run. */
export interface ObserverSink {
  /** The file's functions, for looking up callers. `script` is its name on stack frames. */
  located(script: string, ownership: Ownership, ids: Int32Array): void;
  declared(declarations: readonly Declaration[]): void;
}

/** Turns the text of own files into instrumented text; everything else passes. Never throws. */
export class Observer {
  readonly #own: OwnCode;
  readonly #state: Pick<SharedState, 'control'>;
  readonly #sink: ObserverSink;

  constructor(own: OwnCode, state: Pick<SharedState, 'control'>, sink: ObserverSink) {
    this.#own = own;
    this.#state = state;
    this.#sink = sink;
  }

  isOwn(path: string): boolean {
    return isOwnFile(this.#own, path);
  }

  /** The text to run instead of `text`; the same text when the file is not observed. */
  observe(text: string, path: string, kind: SourceKind, script: string): string {
    if (!this.isOwn(path) || isInstrumented(text)) return text;
    const observed = observeFile(text, path, kind, this.#own, this.#state);
    if (observed.code !== undefined) this.#sink.located(script, observed.ownership, observed.ids);
    this.#sink.declared(observed.declarations);
    return observed.code ?? text;
  }

  /** The path behind a module's URL when it is an own file's. */
  ownPath(url: string): string | undefined {
    if (!url.startsWith('file:')) return undefined;
    try {
      const path = fileURLToPath(url);
      return this.isOwn(path) ? path : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The directory of the sensor's bundles, which is never own code. */
export const sensorDirectory = dirname(fileURLToPath(import.meta.url));
