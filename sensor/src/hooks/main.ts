// Loader hooks for Node 20, which runs them on a thread of their own: https://nodejs.org/api/module.html#asynchronous-hooks.
import type { InitializeHook, LoadHook } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type { Declaration } from '../declarations.js';
import type { OwnCode } from '../discovery/ownCode.js';
import { Control } from '../runtime/sharedState.js';
import { cachedAnalysis } from '../lazyAnalysis.js';
import type { CodeMap } from '../transform/insertions.js';
import { observeLoaded } from './moduleSource.js';
import { Observer } from './observer.js';

export interface HooksData {
  /** SharedState.control: ids are taken from it. */
  readonly control: SharedArrayBuffer;
  readonly own: OwnCode;
  readonly cacheDirectory: string | undefined;
  /** Only the latest registration observes: it sees what the hooks registered before it made of a file. */
  readonly generation: number;
  /** Given with the first registration. */
  readonly ports:
    | {
        /** Carries LocatedFile to the program's thread. */
        readonly located: MessagePort;
        /** Carries arrays of Declaration to the reporter. */
        readonly declared: MessagePort;
      }
    | undefined;
}

export interface LocatedFile {
  readonly declarations: readonly Declaration[];
  readonly script: string;
  readonly map: CodeMap;
}

/** Every registration is a module instance of its own; the observer is shared between them. */
const OBSERVER = Symbol.for('hindcast.hooks.observer');
const shared = globalThis as { [OBSERVER]?: Observer };
let isLatest = (): boolean => false;

export const initialize: InitializeHook<HooksData> = ({ control: buffer, own, cacheDirectory, generation, ports }) => {
  const control = new Int32Array(buffer);
  isLatest = () => Atomics.load(control, Control.hooksGeneration) === generation;
  if (!ports) return;
  const { located, declared } = ports;
  located.unref();
  declared.unref();
  shared[OBSERVER] = new Observer(own, { control }, cachedAnalysis(cacheDirectory), {
    located(script, map, declarations) {
      const file: LocatedFile = { script, map, declarations };
      located.postMessage(file);
    },
    declared: (declarations) => declared.postMessage(declarations),
  });
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const observer = shared[OBSERVER];
  try {
    return observer && isLatest() ? observeLoaded(loaded, url, observer) : loaded;
  } catch {
    return loaded;
  }
};
