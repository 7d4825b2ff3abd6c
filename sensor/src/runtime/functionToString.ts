import { undisguised } from '../context/disguise.js';
import { stripInjected } from '../transform/injected.js';

/**
 * Makes `Function.prototype.toString` give the text as it was written. In every other respect the replacement looks like the
 * original: name, length, attributes, not constructable, and native when asked for its own text.
 */
export function restoreFunctionToString(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const original = Function.prototype.toString;
  const { apply } = Reflect;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const replacement = {
    toString(this: unknown): string {
      return stripInjected(apply(original, this === replacement ? original : undisguised(this), []));
    },
  }.toString;
  const descriptor = Object.getOwnPropertyDescriptor(Function.prototype, 'toString');
  if (descriptor?.configurable !== true) return;
  Object.defineProperty(Function.prototype, 'toString', { ...descriptor, value: replacement });
}
