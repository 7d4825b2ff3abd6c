import Module, { type LoadFnOutput } from 'node:module';
import { extname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { disguise } from '../context/disguise.js';
import type { Libraries } from '../context/libraries.js';
import { sourceText, withoutTypes } from './moduleSource.js';
import type { Observer } from './observer.js';

const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
const { bind, toString: functionText } = Function.prototype;
// eslint-disable-next-line @typescript-eslint/unbound-method -- the same
const { includes } = String.prototype;

type Compile = (this: unknown, content: unknown, filename: unknown, ...rest: unknown[]) => unknown;

const prototype = Module.prototype as unknown as { _compile: unknown };
const { _cache: modules, _extensions: handlers } = Module as unknown as {
  readonly _cache: Readonly<Record<string, unknown>>;
  /** How files are loaded, by their extension; `.js` for all that are not here. */
  readonly _extensions: Readonly<Record<string, unknown>>;
};

/** CommonJS, as it is observed on every version of Node. */
export interface CommonJs {
  /** From now on, what the loader's hooks read is told to `loading`. */
  expectLoading(): void;
  /** The loader has read a file, and may be about to have it compiled. Never throws. */
  loading(loaded: LoadFnOutput, formatBefore: string | null | undefined, url: string): void;
}

/**
 * Observes CommonJS: every version of Node, and every compiler, has such files compiled by `Module.prototype._compile`. `libraries`
 * hears of each module when it has run.
 */
export function observeCommonJs(observer: Observer, libraries: Pick<Libraries, 'loaded'>): CommonJs {
  const original = prototype._compile as Compile;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const replacement: Compile = {
    _compile(this: unknown, content: unknown, filename: unknown, ...rest: unknown[]): unknown {
      const text = typeof content === 'string' && typeof filename === 'string' ? content : undefined;
      const observed = text === undefined ? content : observeText(observer, text, String(filename), rest[0]);
      const result = apply(original, this, [observed, filename, ...rest]);
      if (typeof filename === 'string') libraries.loaded(this, filename);
      return result;
    },
  }._compile;
  let current: unknown = disguise(replacement, original);
  prototype._compile = current;

  /** By path: the compilation that comes next. */
  const expected = new Map<string, (module: object) => unknown>();

  function expectLoading(): void {
    const descriptor = getOwnPropertyDescriptor(prototype, '_compile');
    if (descriptor?.configurable !== true) return;
    defineProperty(prototype, '_compile', {
      configurable: true,
      enumerable: descriptor.enumerable ?? true,
      get(this: { readonly filename?: unknown }): unknown {
        if (expected.size === 0 || current !== replacement) return current;
        const path = this.filename;
        if (typeof path !== 'string' || modules[path] !== this) return current;
        const compile = expected.get(path);
        expected.delete(path);
        return compile?.(this) ?? current;
      },
      set(this: object, value: unknown) {
        if (this === prototype) current = value;
        else defineProperty(this, '_compile', { configurable: true, enumerable: true, writable: true, value });
      },
    });
  }

  /** A function of ours would be a frame in every stack of the module. One that is bound is none. */
  function loading(loaded: LoadFnOutput, formatBefore: string | null | undefined, url: string): void {
    try {
      const path = observer.ownPath(url);
      if (path === undefined || loaded.source == null || !isLoadedByNode(path)) return;
      const format = loaded.format ?? formatBefore ?? undefined;
      const plain = format === 'commonjs-typescript' ? 'commonjs' : format === 'typescript' ? undefined : format;
      if (plain !== undefined && plain !== 'commonjs' && plain !== 'module') return;
      const { source } = loaded;
      expected.set(path, (module) => {
        try {
          const text = plain === format ? sourceText(source) : withoutTypes(sourceText(source));
          if (text === undefined) return undefined;
          const code = plain === 'module' ? text : observer.observeCommonJs(text, path, plain === undefined);
          return code === text ? original : apply(bind, original, [module, code, path, plain]);
        } catch {
          return undefined;
        }
      });
    } catch {
      // Then it passes through our function.
    }
  }

  return { expectLoading, loading };
}

/** Compilers put handlers of their own in the place of Node's; what they make of a file is compiled through our function. */
function isLoadedByNode(path: string): boolean {
  const handler = handlers[extname(path)] ?? handlers['.js'];
  return typeof handler === 'function' && apply(includes, apply(functionText, handler, []), ['loadSource(']);
}

/** `format` is what newer Nodes know about the file; require() of an ES module comes by here too. */
function observeText(observer: Observer, text: string, filename: string, format: unknown): string {
  try {
    if (!isAbsolute(filename) || !observer.isOwn(filename)) return text;
    return format === 'module'
      ? observer.observe(text, filename, 'module', pathToFileURL(filename).href)
      : observer.observeCommonJs(text, filename, format === undefined);
  } catch {
    return text;
  }
}
