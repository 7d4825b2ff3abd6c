import * as nodeModule from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FunctionPlaces } from '../context/functionPlaces.js';
import type { Libraries } from '../context/libraries.js';
import type { OwnCode } from '../discovery/ownCode.js';
import type { SharedState } from '../runtime/sharedState.js';
import { Control } from '../runtime/sharedState.js';
import type { LoadedFiles } from '../runtime/loadedFiles.js';
import type { CommonJs } from './commonjs.js';
import type { HooksData, LocatedFile } from './main.js';
import { observeLoaded } from './moduleSource.js';
import type { Observer } from './observer.js';

/** How ES modules are observed on this Node. */
export interface ModuleHooks {
  /** Where declarations of another thread come from; they go to the reporter. */
  readonly declarationPorts: readonly MessagePort[];
  /** Takes over what another thread has instrumented since. */
  catchUp(files: LoadedFiles, places: Pick<FunctionPlaces, 'add'>): void;
}

const { apply } = Reflect;

type RegisterHooks = (hooks: { load: nodeModule.LoadHookSync }) => { deregister(): void };

/** Node 22.15 and 23.5 and newer have hooks on the program's own thread. */
const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };

export function observeModules(
  observer: Observer,
  own: OwnCode,
  state: SharedState,
  cacheDirectory: string | undefined,
  libraries: Pick<Libraries, 'loadedBuiltin'>,
  commonJs: CommonJs,
): ModuleHooks {
  return registerHooks
    ? onThisThread(registerHooks, observer, libraries, commonJs)
    : onHooksThread(own, state, cacheDirectory);
}

function onThisThread(
  register: RegisterHooks,
  observer: Observer,
  libraries: Pick<Libraries, 'loadedBuiltin'>,
  commonJs: CommonJs,
): ModuleHooks {
  const registerOurs = (): { deregister(): void } =>
    register({
      load(url, context, nextLoad) {
        const loaded = nextLoad(url, context);
        if (url.startsWith('node:')) libraries.loadedBuiltin(url);
        let observed = loaded;
        try {
          observed = observeLoaded(loaded, url, observer);
          commonJs.loading(observed, context.format, url);
        } catch {
          // Then it runs as it is.
        }
        return observed;
      },
    });
  let ours = registerOurs();
  commonJs.expectLoading();
  stayLast('registerHooks', () => {
    ours.deregister();
    ours = registerOurs();
  });
  return { declarationPorts: [], catchUp: () => undefined };
}

function onHooksThread(own: OwnCode, state: SharedState, cacheDirectory: string | undefined): ModuleHooks {
  const located = new MessageChannel();
  const declared = new MessageChannel();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is what these Nodes lack
  const { register } = nodeModule;
  const { control } = state.buffers;
  const registerOurs = (ports?: HooksData['ports']): void => {
    const generation = Atomics.add(state.control, Control.hooksGeneration, 1) + 1;
    const data: HooksData = { control, own, cacheDirectory, generation, ports };
    const url = new URL(`hooks.mjs?${generation}`, import.meta.url);
    register(url, { data, transferList: ports ? [ports.located, ports.declared] : [] });
  };
  registerOurs({ located: located.port2, declared: declared.port2 });
  stayLast('register', () => registerOurs());
  located.port1.unref();
  return {
    declarationPorts: [declared.port1],
    catchUp(files, places) {
      for (let next = receiveMessageOnPort(located.port1); next; next = receiveMessageOnPort(located.port1)) {
        const { script, map, declarations } = next.message as LocatedFile;
        files.add(script, map);
        places.add(declarations);
      }
    },
  };
}

/**
 * Whoever registers last sees what the others made of a file. A compiler that registers after us would hide its results, so
 * we register again after it.
 */
function stayLast(name: 'register' | 'registerHooks', again: () => void): void {
  const holder = nodeModule.default as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = holder[name];
  if (!original) return;
  holder[name] = function (this: unknown, ...args: unknown[]): unknown {
    const result = apply(original, this, args);
    try {
      again();
    } catch {
      // Then the other one stays last, and its files may not be observed.
    }
    return result;
  };
  Object.defineProperty(holder[name], 'name', { value: name, configurable: true });
  nodeModule.syncBuiltinESMExports();
}
