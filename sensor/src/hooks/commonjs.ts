import Module from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Libraries } from '../context/libraries.js';
import type { Observer } from './observer.js';

const { apply } = Reflect;

type Compile = (this: unknown, content: unknown, filename: unknown, ...rest: unknown[]) => unknown;

/**
 * Observes CommonJS: every version of Node compiles such files through `Module.prototype._compile`. `libraries` hears of each
 * module when it has run.
 */
export function observeCommonJs(observer: Observer, libraries: Pick<Libraries, 'loaded'>): void {
  const prototype = Module.prototype as unknown as { _compile: Compile };
  const original = prototype._compile;
  prototype._compile = function _compile(content, filename, ...rest) {
    const text = typeof content === 'string' && typeof filename === 'string' ? content : undefined;
    const observed = text === undefined ? content : observeText(observer, text, String(filename), rest[0]);
    const result = apply(original, this, [observed, filename, ...rest]);
    if (typeof filename === 'string') libraries.loaded(this, filename);
    return result;
  };
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(prototype._compile, property, { value: original[property], configurable: true });
  }
}

/** `format` is what newer Nodes know about the file; require() of an ES module comes by here too. */
function observeText(observer: Observer, text: string, filename: string, format: unknown): string {
  try {
    if (!isAbsolute(filename) || !observer.isOwn(filename)) return text;
    return format === 'module'
      ? observer.observe(text, filename, 'module', pathToFileURL(filename).href)
      : observer.observe(text, filename, 'commonjs', filename);
  } catch {
    return text;
  }
}
