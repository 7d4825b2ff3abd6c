import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Declaration } from '../declarations.js';
import { isExcludedFile, isOwnFile, reportedPath, type OwnCode } from '../discovery/ownCode.js';
import { type Analyse, type ObservedFile, observeFile } from '../observeFile.js';
import type { SharedState } from '../runtime/sharedState.js';
import { isInstrumented } from '../transform/injected.js';
import type { CodeMap } from '../transform/insertions.js';
import type { SourceKind } from '../transform/syntax.js';

/** Hears of every own file that is about to run. */
export interface ObserverSink {
  /** What stands where in the instrumented text. `script` is the file's name on stack frames. */
  located(script: string, map: CodeMap, declarations: readonly Declaration[]): void;
  declared(declarations: readonly Declaration[]): void;
}

/** Turns the text of own files into instrumented text; everything else passes. Never throws. */
export class Observer {
  readonly #own: OwnCode;
  readonly #state: Pick<SharedState, 'control'>;
  readonly #analyse: Analyse;
  readonly #sink: ObserverSink;
  readonly #excluded = new Set<string>();

  constructor(own: OwnCode, state: Pick<SharedState, 'control'>, analyse: Analyse, sink: ObserverSink) {
    this.#own = own;
    this.#analyse = analyse;
    this.#state = state;
    this.#sink = sink;
  }

  isOwn(path: string): boolean {
    if (isOwnFile(this.#own, path)) return true;
    if (isExcludedFile(this.#own, path) && !this.#excluded.has(path)) {
      this.#excluded.add(path);
      const reason = 'The file is excluded by HINDCAST_EXCLUDE.';
      this.#sink.declared([{ kind: 'notObserved', path: reportedPath(this.#own, path), reason }]);
    }
    return false;
  }

  /** The text to run instead of `text`; the same text when the file is not observed. */
  observe(text: string, path: string, kind: SourceKind, script: string): string {
    if (!this.isOwn(path) || isInstrumented(text)) return text;
    const context = { own: this.#own, state: this.#state, analyse: this.#analyse };
    return this.#use(text, observeFile(text, path, kind, context), script);
  }

  #use(text: string, { instrumented, declarations }: ObservedFile, script: string): string {
    if (instrumented) this.#sink.located(script, instrumented.map, declarations);
    this.#sink.declared(declarations);
    return instrumented?.code ?? text;
  }

  /**
   * The text to run instead of CommonJS `text`. `mayBeModule`: where it can only be an ES module, Node runs it as one.
   */
  observeCommonJs(text: string, path: string, mayBeModule: boolean): string {
    if (!this.isOwn(path) || isInstrumented(text)) return text;
    const context = { own: this.#own, state: this.#state, analyse: this.#analyse };
    const asCommonJs = observeFile(text, path, 'commonjs', context);
    if (asCommonJs.instrumented || !mayBeModule) return this.#use(text, asCommonJs, path);
    const asModule = observeFile(text, path, 'module', context);
    return asModule.instrumented
      ? this.#use(text, asModule, pathToFileURL(path).href)
      : this.#use(text, asCommonJs, path);
  }

  /** The path behind a module's URL when it is an own file's. */
  ownPath(url: string): string | undefined {
    if (!url.startsWith('file:')) return undefined;
    // No path of what is behind it is needed where libraries are nobody's own.
    if (!this.#own.include && url.includes('/node_modules/')) return undefined;
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
