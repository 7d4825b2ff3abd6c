import { types } from 'node:util';

/** Distinct error types that are told apart; the others count as `_OTHER`, OpenTelemetry's word for it. */
export const MAX_ERROR_TYPES = 1000;
const MAX_TYPE_LENGTH = 128;
const OTHER = '_OTHER';

// Taken once: the program may replace them.
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** Names the class of whatever is thrown, without running any of the program's code. */
export class ErrorTypes {
  readonly #indexOf = new Map<string, number>();
  readonly #ofPrototype = new WeakMap<object, number>();
  readonly #onNew: (index: number, name: string) => void;
  readonly #seen = new WeakSet();

  /** `onNew` hears of each type before its first use. */
  constructor(onNew: (index: number, name: string) => void) {
    this.#onNew = onNew;
  }

  indexOf(error: unknown): number {
    if (error === null) return this.#index('null');
    if (typeof error !== 'object' && typeof error !== 'function') return this.#index(typeof error);
    if (types.isProxy(error)) return this.#index('Proxy');
    const prototype: unknown = getPrototypeOf(error);
    if (prototype === null || typeof prototype !== 'object') return this.#index('Object');
    const known = this.#ofPrototype.get(prototype);
    if (known !== undefined) return known;
    const index = this.#index(className(prototype));
    this.#ofPrototype.set(prototype, index);
    return index;
  }

  /** True the first time an object is thrown through own code. Primitives have no identity: `throwsItself` decides. */
  isFresh(error: unknown, throwsItself: boolean): boolean {
    if ((typeof error !== 'object' || error === null) && typeof error !== 'function') return throwsItself;
    if (this.#seen.has(error)) return false;
    this.#seen.add(error);
    return true;
  }

  /** True when the object was thrown through own code before. */
  wasThrown(error: object): boolean {
    return this.#seen.has(error);
  }

  #index(name: string): number {
    const known = this.#indexOf.get(name);
    if (known !== undefined) return known;
    const index = this.#indexOf.size;
    if (index >= MAX_ERROR_TYPES && name !== OTHER) return this.#index(OTHER);
    this.#indexOf.set(name, index);
    this.#onNew(index, name);
    return index;
  }
}

export function isErrorObject(value: unknown): value is Error {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is what older Nodes lack
  return types.isNativeError(value);
}

/** The name of an object's class, found without running any of the program's code. */
export function className(instance: object): string {
  for (let object: unknown = instance; typeof object === 'object' && object !== null;) {
    if (types.isProxy(object)) break;
    const owner: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (typeof owner === 'function' && !types.isProxy(owner)) {
      const name: unknown = getOwnPropertyDescriptor(owner, 'name')?.value;
      if (typeof name === 'string' && name !== '') return name.slice(0, MAX_TYPE_LENGTH);
    }
    object = getPrototypeOf(object);
  }
  return 'Object';
}
