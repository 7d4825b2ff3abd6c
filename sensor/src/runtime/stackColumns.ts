import type { LoadedFiles } from './loadedFiles.js';

/** V8 has had getPosition for long; the types leave it out. */
interface Frame {
  readonly getFileName: (this: Frame) => string | null | undefined;
  readonly getLineNumber: (this: Frame) => number | null;
  readonly getColumnNumber: (this: Frame) => number | null;
  readonly getPosition: (this: Frame) => number;
  readonly toString: (this: Frame) => string;
}

const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/**
 * Makes stack traces show the columns of the original text. Node builds the text of a stack by converting its frames to strings, and
 * a conversion asks for `Symbol.toPrimitive` first, which frames do not have by themselves. Nothing happens before a stack is read.
 */
export function correctStackColumns(files: LoadedFiles, beforeLookup: () => void): void {
  const prototype = framePrototype();
  if (!prototype || Symbol.toPrimitive in prototype) return;
  const { toString, getFileName, getLineNumber, getColumnNumber, getPosition } = prototype;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their receiver by Reflect.apply
  const { lastIndexOf, slice } = String.prototype;

  function corrected(frame: Frame, text: string): string {
    const script = apply(getFileName, frame, []);
    const line = apply(getLineNumber, frame, []);
    const column = apply(getColumnNumber, frame, []);
    if (typeof script !== 'string' || column === null) return text;
    beforeLookup();
    const original = files.originalColumn(script, apply(getPosition, frame, []), column);
    if (original === undefined || original === column) return text;
    const place = `:${line}:${column}`;
    const at = apply(lastIndexOf, text, [place]);
    if (at < 0) return text;
    return `${apply(slice, text, [0, at])}:${line}:${original}${apply(slice, text, [at + place.length])}`;
  }

  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const convert = {
    toPrimitive(this: Frame): string {
      const text = apply(toString, this, []);
      try {
        return corrected(this, text);
      } catch {
        return text;
      }
    },
  }.toPrimitive;
  defineProperty(prototype, Symbol.toPrimitive, { value: convert, configurable: true, writable: true });
}

/** Undefined when a stack cannot be looked into without anyone noticing. */
function framePrototype(): Frame | undefined {
  const before = getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (before && !(before.configurable && before.writable)) return undefined;
  let frames: unknown;
  try {
    Error.prepareStackTrace = (_, sites) => sites;
    frames = new Error().stack;
  } finally {
    if (before) defineProperty(Error, 'prepareStackTrace', before);
    else deleteProperty(Error, 'prepareStackTrace');
  }
  const [first] = frames as readonly object[];
  return first && (getPrototypeOf(first) as Frame);
}
