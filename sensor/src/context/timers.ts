import nodeModule from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { asWork } from './consumers.js';
import { replaceMethod, wrap } from './disguise.js';
import type { Outgoing } from './outgoing.js';
import { type OwnFunctions, UNKNOWN } from './ownFunctions.js';
import type { Requests, Work } from './requests.js';
import { isPlainPromise, settled } from './settlement.js';

const { apply } = Reflect;

type Callback = (...args: unknown[]) => unknown;

/**
 * Timers as entry points. `setInterval` with an own function: each tick is work. `setTimeout` with an own function: work if it was set on
 * nobody's behalf, or by itself. The callback of a library (cron libraries live on timers): work if an own function is seen to run in it.
 */
export function observeTimers(requests: Requests, own: OwnFunctions, outgoing: Outgoing): void {
  /** Functions that a timer has called on nobody's behalf: those who set themselves again after they have waited. */
  const ticked = new Set<number>();

  function isWorkOfItsOwn(name: string, fn: number): boolean {
    if (fn !== UNKNOWN && name === 'setInterval') return true;
    const current = requests.current();
    if (current) return fn !== UNKNOWN && fn === requests.handlerOf(current);
    if (!requests.mayBeWorking() && fn !== UNKNOWN) ticked.add(fn);
    return ticked.has(fn) || !requests.mayBeWorking();
  }

  for (const name of ['setInterval', 'setTimeout'] as const) {
    const isGlobal = globalThis[name] === timers[name];
    replaceMethod(timers, name, (original) => (self, args) => {
      const [callback] = args;
      if (typeof callback !== 'function') return apply(original, self, args);
      const fn = own.idOf(callback);
      if (!isWorkOfItsOwn(name, fn)) return apply(original, self, args);
      const observed =
        fn === UNKNOWN ? supposed(callback as Callback, name, requests) : tick(callback as Callback, name, requests);
      return apply(original, self, args.with(0, observed));
    });
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (isGlobal && descriptor?.configurable === true)
      Object.defineProperty(globalThis, name, { ...descriptor, value: timers[name] });
  }
  observeTicks(requests, outgoing);
  nodeModule.syncBuiltinESMExports();
}

function tick(callback: Callback, name: string, requests: Requests): Callback {
  return wrap(callback, (self, args) => asWork(requests, 'timer', name, callback, () => apply(callback, self, args)));
}

function supposed(callback: Callback, name: string, requests: Requests): Callback {
  return wrap(callback, (self, args) => {
    const before = requests.take(requests.suppose('timer', name));
    try {
      return apply(callback, self, args);
    } finally {
      requests.leave(before);
    }
  });
}

interface Ticks {
  next: (...args: unknown[]) => unknown;
  return?: (...args: unknown[]) => unknown;
}

/** `for await (const _ of setInterval(ms))` of node:timers/promises: what its function does between two ticks is work. */
function observeTicks(requests: Requests, outgoing: Outgoing): void {
  replaceMethod(timersPromises, 'setInterval', (original) => {
    const setInterval = (self: unknown, args: unknown[]): unknown => {
      const ticks = apply(original, self, args);
      try {
        const fn = outgoing.caller(setInterval);
        if (fn !== UNKNOWN && typeof ticks === 'object' && ticks !== null) observeLoop(ticks as Ticks, fn, requests);
      } catch {
        // A version that we do not know.
      }
      return ticks;
    };
    return setInterval;
  });
}

function observeLoop(ticks: Ticks, fn: number, requests: Requests): void {
  let work: Work | undefined;
  const endWork = (): void => {
    if (work) requests.end(work, undefined, 'setInterval');
    work = undefined;
  };
  const define = (name: 'next' | 'return', value: (...args: unknown[]) => unknown): void => {
    Object.defineProperty(ticks, name, { value, configurable: true, writable: true, enumerable: false });
  };
  const { next, return: finish } = ticks;
  define('next', function next_(this: unknown, ...args: unknown[]): unknown {
    endWork();
    const result = apply(next, this, args);
    if (!isPlainPromise(result)) return result;
    return settled(result, (isRejected) => {
      if (isRejected) return;
      work = requests.begin('timer');
      requests.handledByFunction(work, 'setInterval', fn);
    });
  });
  if (!finish) return;
  define('return', function return_(this: unknown, ...args: unknown[]): unknown {
    endWork();
    return apply(finish, this, args);
  });
}
