// Loader hooks for Node 20, which runs them on a thread of their own: https://nodejs.org/api/module.html#asynchronous-hooks.
import type { InitializeHook, LoadHook } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type { OwnCode } from '../discovery/ownCode.js';
import type { Ownership } from '../transform/instrument.js';
import { observeLoaded } from './moduleSource.js';
import { Observer } from './observer.js';

export interface HooksData {
  /** SharedState.control: ids are taken from it. */
  readonly control: SharedArrayBuffer;
  readonly own: OwnCode;
  readonly generation: number;
  /** Carries LocatedFile to the program's thread. */
  readonly located: MessagePort;
  /** Carries arrays of Declaration to the reporter. */
  readonly declared: MessagePort;
}

export interface LocatedFile {
  readonly script: string;
  readonly ownership: Ownership;
  readonly ids: Int32Array;
}

let observer: Observer | undefined;

export const initialize: InitializeHook<HooksData> = (data) => {
  data.located.unref();
  data.declared.unref();
  observer = new Observer(
    data.own,
    { control: new Int32Array(data.control) },
    {
      located(script, ownership, ids) {
        const file: LocatedFile = { script, ownership, ids };
        data.located.postMessage(file);
      },
      declared: (declarations) => data.declared.postMessage(declarations),
    },
  );
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  try {
    return observer ? observeLoaded(loaded, url, observer) : loaded;
  } catch {
    return loaded;
  }
};
