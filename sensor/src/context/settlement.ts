import { types } from 'node:util';

const { apply, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;
// Taken once: the program may replace them.
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
const intrinsicThen = Promise.prototype.then;
const promisePrototype = Promise.prototype;

/** A native promise whose `then` can be called without running code of the program. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    types.isPromise(value) &&
    !types.isProxy(value) &&
    getPrototypeOf(value) === promisePrototype &&
    getOwnPropertyDescriptor(value, 'constructor') === undefined
  );
}

/**
 * A promise like the given one that first tells `done` how it ended. It takes the place of the given one: whoever gets it is the one
 * who handles a rejection, or does not.
 */
export function settled(promise: Promise<unknown>, done: (isRejected: boolean, error: unknown) => void): unknown {
  const fulfilled = (value: unknown): unknown => {
    done(false, undefined);
    return value;
  };
  const rejected = (error: unknown): never => {
    done(true, error);
    throw error;
  };
  return apply(intrinsicThen, promise, [fulfilled, rejected]);
}
