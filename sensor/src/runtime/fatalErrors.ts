import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import vm from 'node:vm';
import { className, isErrorObject } from './errorTypes.js';
import type { LoadedFiles } from './loadedFiles.js';
import { wasStackRead } from './stackFrames.js';

/** A place in the text of a file, 1-based. `script` is its name on stack frames. */
interface ScriptPlace {
  readonly script: string;
  readonly line: number;
  readonly column: number;
}

/** Compiled functions that throw from a place, kept for values that are no errors. */
const MAX_THROWERS = 1000;
const PASSED_VALUE = '$hcV';

// Taken once: the program may replace them, and what it throws must be what arrives.
const { is, getOwnPropertyDescriptor } = Object;

/**
 * Catching an exception and throwing it on moves the place that Node names when the exception ends the process. This class knows
 * where exceptions were really thrown, and has Node print that place with the line as it was written.
 */
export class FatalErrors {
  readonly #files: LoadedFiles;
  readonly #throwers = new Map<string, ((value: unknown) => never) | undefined>();
  #value: unknown;
  #id = -1;
  #line = 0;
  #column = 0;

  constructor(files: LoadedFiles) {
    this.#files = files;
  }

  /** A `throw` statement of function `id` at this place is about to throw `value`. */
  noteThrow(id: number, line: number, column: number, value: unknown): void {
    this.#value = value;
    this.#id = id;
    this.#line = line;
    this.#column = column;
  }

  /**
   * Throws what is not an error object from the place of its `throw` statement: nothing else of it can tell Node where that was.
   * Returns when the place is not known.
   */
  throwFromPlace(value: unknown): void {
    let thrower: ((value: unknown) => never) | undefined;
    try {
      thrower = this.#throwerOf(value);
    } catch {
      // The value is thrown on all the same; only its place is another.
    }
    thrower?.(value);
  }

  #throwerOf(value: unknown): ((value: unknown) => never) | undefined {
    if (this.#id < 0 || !is(this.#value, value)) return undefined;
    const key = `${this.#id}:${this.#line}:${this.#column}`;
    if (!this.#throwers.has(key) && this.#throwers.size < MAX_THROWERS) this.#throwers.set(key, this.#thrower());
    return this.#throwers.get(key);
  }

  #thrower(): ((value: unknown) => never) | undefined {
    const script = this.#files.scriptOf(this.#id);
    if (script === undefined) return undefined;
    const place = { filename: script, lineOffset: this.#line - 1, columnOffset: this.#column - 1 };
    return vm.compileFunction('throw value', ['value'], place) as (value: unknown) => never;
  }

  /**
   * To be called when nothing but Node's report follows: `error` ends the process. `fromPromise`: Node takes the place from the
   * stack of the error, not from the last throw. `passed`: own code has thrown it on.
   */
  describe(error: unknown, fromPromise: boolean, passed: boolean): void {
    if (!isErrorObject(error) || types.isProxy(error) || !(passed || fromPromise)) return;
    if (fromPromise && wasStackRead(error)) return;
    const stack = ownStack(error);
    if (stack === undefined) return;
    const isNoted = !fromPromise && this.#value === error && this.#id >= 0;
    const script = isNoted ? this.#files.scriptOf(this.#id) : undefined;
    const place = script === undefined ? topOfStack(error, stack) : { script, line: this.#line, column: this.#column };
    if (!place || (fromPromise && !this.#files.mapOf(place.script))) return;
    const report = `${place.script}:${place.line}\n${this.#quote(place, !isNoted && !fromPromise)}\n${withClassName(stack, className(error))}`;
    if (markAsDecorated(error)) error.stack = report;
  }

  /** The line as it was written and a mark below the place; empty when its text is not at hand. */
  #quote({ script, line, column }: ScriptPlace, fromStack: boolean): string {
    const text = this.#textOf(script);
    const quoted = text?.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1];
    if (quoted === undefined || column > quoted.length + 1) return '';
    let before = quoted.slice(0, column - 1);
    // The stack names the `new`, Node the `throw` in front of it.
    if (fromStack && /^new\b/.test(quoted.slice(column - 1))) before = before.replace(/\bthrow\s+$/, '');
    return `${quoted}\n${before.replace(/[^\t]/g, ' ')}^\n`;
  }

  #textOf(script: string): string | undefined {
    if (script.startsWith('node:')) return builtinSource(script.slice('node:'.length));
    let text: string;
    try {
      text = readFileSync(script.startsWith('file:') ? fileURLToPath(script) : script, 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return undefined;
    }
    // What ran may be what a compiler made of the file.
    const map = this.#files.mapOf(script);
    return map && map.originalLength !== text.length ? undefined : text;
  }
}

/** The stack as a string, if reading and writing it runs no code of the program. */
function ownStack(error: Error): string | undefined {
  const own = getOwnPropertyDescriptor(error, 'stack');
  const usual = getOwnPropertyDescriptor(new Error(), 'stack');
  if (!own?.configurable || own.get !== usual?.get || ('value' in own && !own.writable)) return undefined;
  const stack: unknown = error.stack;
  return typeof stack === 'string' ? stack : undefined;
}

/** Node names the class where the stack has only the name that it inherits. */
function withClassName(stack: string, name: string): string {
  const [inherited = ''] = /^\w*Error(?=:|\n|$)/.exec(stack) ?? [];
  return inherited !== '' && inherited !== name && name.includes(inherited)
    ? name + stack.slice(inherited.length)
    : stack;
}

/** The first frame with a place, in a stack that has the usual form. */
function topOfStack(error: Error, stack: string): ScriptPlace | undefined {
  const message: unknown = getOwnPropertyDescriptor(error, 'message')?.value;
  const after = typeof message === 'string' ? stack.indexOf(message) + message.length : 0;
  const [, script, line, column] =
    /^ {4}at (?:.*? \()?((?:file:\/\/|node:|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/m.exec(stack.slice(after)) ?? [];
  return script === undefined ? undefined : { script, line: Number(line), column: Number(column) };
}

/** The text of one of Node's own modules. */
function builtinSource(name: string): string | undefined {
  try {
    const natives = (process as unknown as { binding(name: string): Record<string, unknown> }).binding('natives');
    const text = natives[name];
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Has Node mark the error as one whose stack holds the place already, so that it prints nothing else. It does so with what a
 * script throws that runs with `displayErrors`.
 */
function markAsDecorated(error: Error): boolean {
  try {
    Object.defineProperty(globalThis, PASSED_VALUE, { value: error, configurable: true });
    new vm.Script(`throw ${PASSED_VALUE}`).runInThisContext({ displayErrors: true });
  } catch (thrown) {
    return thrown === error;
  } finally {
    Reflect.deleteProperty(globalThis, PASSED_VALUE);
  }
  return false;
}
