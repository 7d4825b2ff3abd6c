import { runDeeper } from '../runtime/stackDepth.js';

const originals = new WeakMap<object, object>();

/**
 * Makes a wrapper look like what it wraps: the same name, length and text. `wrapper` should be a method where the original cannot
 * be constructed.
 */
export function disguise<F extends (...args: never[]) => unknown>(wrapper: F, original: object): F {
  for (const property of ['name', 'length'] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(original, property);
    if (descriptor) Object.defineProperty(wrapper, property, descriptor);
  }
  for (const key of Reflect.ownKeys(original)) {
    // What others have put on it: `util.promisify.custom` on setTimeout, say.
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor && !Object.hasOwn(wrapper, key)) Object.defineProperty(wrapper, key, descriptor);
  }
  originals.set(wrapper, original);
  return wrapper;
}

/** What `Function.prototype.toString` should speak about. */
export function undisguised(fn: unknown): unknown {
  return typeof fn === 'function' ? (originals.get(fn) ?? fn) : fn;
}

/** What a method does, given its receiver and its arguments. */
export type MethodBody = (self: unknown, args: unknown[]) => unknown;

/**
 * A function that does `body` and looks like `original`; one that can be constructed still can, and is then the original. Library
 * code that is a method, an arrow or async stays without a prototype.
 */
export function wrap(original: (...args: never[]) => unknown, body: MethodBody): (...args: unknown[]) => unknown {
  const prototype = Object.getOwnPropertyDescriptor(original, 'prototype');
  const wrapper = prototype ? constructible(original, body) : methodOf(body);
  if (prototype) Object.defineProperty(wrapper, 'prototype', { value: prototype.value as unknown });
  return disguise(wrapper, original);
}

function constructible(original: (...args: never[]) => unknown, body: MethodBody): (...args: unknown[]) => unknown {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it is called either way
    if (new.target === undefined) return runDeeper(body, this, args);
    return Reflect.construct(original, args, new.target === wrapper ? original : new.target) as unknown;
  };
  return wrapper;
}

function methodOf(body: MethodBody): (...args: unknown[]) => unknown {
  const holder = {
    method(this: unknown, ...args: unknown[]): unknown {
      return runDeeper(body, this, args);
    },
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- its receiver is the caller's business
  return holder.method;
}

/** Replaces a method by what `make` makes of it. Does nothing where there is no such method, or where it cannot be replaced. */
export function replaceMethod(
  owner: object,
  name: string,
  make: (original: (...args: unknown[]) => unknown) => MethodBody,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = descriptor?.value;
  if (!descriptor || typeof original !== 'function') return;
  if (descriptor.configurable !== true && descriptor.writable !== true) return;
  const method = original as (...args: unknown[]) => unknown;
  const wrapper = wrap(method, make(method));
  Object.defineProperty(owner, name, { ...descriptor, value: wrapper });
}
