import timers from 'node:timers';
import { replaceMethod, wrap } from './disguise.js';
import { errorCode } from './httpClient.js';
import { type OwnFunctions, UNKNOWN } from './ownFunctions.js';
import type { Requests } from './requests.js';

const { apply } = Reflect;

/** `setInterval` with an own function: each tick is work of its own. */
export function observeTimers(requests: Requests, own: OwnFunctions): void {
  const isSame = globalThis.setInterval === timers.setInterval;
  replaceMethod(timers, 'setInterval', (original) => (self, args) => {
    const [callback] = args;
    if (typeof callback !== 'function' || own.idOf(callback) === UNKNOWN) return apply(original, self, args);
    return apply(original, self, [tick(callback as Callback, requests), ...args.slice(1)]);
  });
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'setInterval');
  if (isSame && descriptor?.configurable === true)
    Object.defineProperty(globalThis, 'setInterval', { ...descriptor, value: timers.setInterval });
}

type Callback = (...args: unknown[]) => unknown;

function tick(callback: Callback, requests: Requests): Callback {
  return wrap(callback, (self, args) => {
    const work = requests.begin('timer');
    requests.handledBy(work, 'setInterval', callback);
    let result: unknown;
    try {
      result = requests.run(work, () => apply(callback, self, args));
    } catch (error) {
      requests.end(work, errorCode(error), 'setInterval');
      throw error;
    }
    requests.end(work, undefined, 'setInterval');
    return result;
  });
}
