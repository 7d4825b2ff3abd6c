import { type MethodBody, replaceMethod } from './disguise.js';
import { errorCode } from './errorCode.js';
import type { DependencyCall, Outgoing } from './outgoing.js';
import type { DependencyKind } from './series.js';
import { isPlainPromise, settled } from './settlement.js';
import { throwOn } from '../runtime/throwOn.js';

const { apply } = Reflect;

export interface DependencyMethod {
  readonly kind: DependencyKind;
  /** `postgresql shop`: never a statement, a key or a value. Undefined: this call is not one to be counted. */
  readonly target: (self: unknown, args: readonly unknown[]) => string | undefined;
  /** How its end is told; by its result or its callback where nothing is said. */
  readonly onEnd?: (call: DependencyCall, self: unknown, args: unknown[]) => boolean;
}

/**
 * Counts calls of a library's method by the own function that calls it. It ends with its callback (the last argument), its promise, or
 * the events of what it returns, whichever there is, else when it returns.
 */
export function observeDependency(owner: object, method: string, outgoing: Outgoing, about: DependencyMethod): void {
  replaceMethod(owner, method, (original) => {
    const observed: MethodBody = (self, args) => {
      let call: DependencyCall | undefined;
      let given = args;
      let isEndKnown = false;
      try {
        const target = outgoing.isQuiet ? undefined : about.target(self, args);
        if (target !== undefined)
          call = outgoing.begin(about.kind, target, outgoing.callerOf(self ?? args[0], observed));
        const last = args.at(-1);
        if (call && about.onEnd?.(call, self, args)) isEndKnown = true;
        else if (call && typeof last === 'function') {
          given = args.with(-1, endingCallback(last as Callback, call, outgoing));
          isEndKnown = true;
        }
      } catch {
        // A version that we do not know.
      }
      if (!call) return apply(original, self, given);
      const before = outgoing.setQuiet(true);
      let result: unknown;
      try {
        result = apply(original, self, given);
      } catch (error) {
        call.end(errorCode(error));
        throwOn(error);
      } finally {
        outgoing.setQuiet(before);
      }
      return isEndKnown ? result : endOf(result, call);
    };
    return observed;
  });
}

/**
 * A pool's method that gets a connection and calls back with it, perhaps later: when the pool's own methods, which are counted, asked
 * for it, what they do with the connection is a part of that.
 */
export function observePoolConnect(owner: object, method: string, outgoing: Outgoing): void {
  replaceMethod(owner, method, (original) => (self, args) => {
    const [callback] = args;
    if (!outgoing.isQuiet || typeof callback !== 'function') return apply(original, self, args);
    const quietCallback = function (this: unknown, ...results: unknown[]): unknown {
      const before = outgoing.setQuiet(true);
      try {
        return apply(callback, this, results) as unknown;
      } finally {
        outgoing.setQuiet(before);
      }
    };
    return apply(original, self, [quietCallback, ...args.slice(1)]);
  });
}

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** A callback whose first argument is an error, if there was one. */
export function endingCallback(callback: Callback, call: DependencyCall, outgoing: Outgoing): Callback {
  return function (this: unknown, ...results: unknown[]): unknown {
    call.end(results[0] == null ? undefined : errorCode(results[0]));
    const before = outgoing.setQuiet(false);
    try {
      return apply(callback, this, results);
    } finally {
      outgoing.setQuiet(before);
    }
  };
}

function endOf(result: unknown, call: DependencyCall): unknown {
  if (isPlainPromise(result)) {
    return settled(result, (isRejected, error) => call.end(isRejected ? errorCode(error) : undefined));
  }
  if (typeof result !== 'object' || result === null) call.end();
  else if (typeof (result as { emit?: unknown }).emit === 'function') endWithEvents(result as Emitter, call);
  else if (typeof (result as { then?: unknown }).then === 'function') call.leaveOpen();
  else call.end();
  return result;
}

interface Emitter {
  emit: (...args: unknown[]) => unknown;
}

/** Listens without being a listener: an 'error' that nobody listens to has to end the program. */
function endWithEvents(emitter: Emitter, call: DependencyCall): void {
  const { emit } = emitter;
  Object.defineProperty(emitter, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: unknown, ...args: unknown[]): unknown {
      if (args[0] === 'error') call.end(errorCode(args[1]));
      else if (args[0] === 'end' || args[0] === 'close') call.end();
      return apply(emit, this, args);
    },
  });
}
