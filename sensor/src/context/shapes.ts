/** Reading what libraries keep, whose shapes are theirs to change. */

/** The prototype of a class; undefined for anything else. */
export function prototypeOf(Class: unknown): object | undefined {
  if (typeof Class !== 'function') return undefined;
  const prototype: unknown = Class.prototype;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}

/** What lies at a path of properties; undefined where the path ends before. */
export function valueAt(holder: unknown, ...path: readonly (string | symbol)[]): unknown {
  let value = holder;
  for (const key of path) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
    value = (value as Record<string | symbol, unknown>)[key];
  }
  return value;
}

/** A text or a number at a path of properties, as text; empty for anything else. */
export function textAt(holder: unknown, ...path: readonly string[]): string {
  const value = valueAt(holder, ...path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
