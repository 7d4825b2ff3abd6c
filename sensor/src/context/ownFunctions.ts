import { captureRunning } from '../runtime/callerCapture.js';
import type { LoadedFiles } from '../runtime/loadedFiles.js';
import { OPEN, probeNames } from '../transform/injected.js';

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
const nativeToString = Function.prototype.toString;
const { apply } = Reflect;

/** Most libraries are entered directly; only when no own code is that near is it worth looking further. */
const NEAR_FRAMES = 3;
const FAR_FRAMES = 48;

export const UNKNOWN = -1;

/** Which own function a function object is, and which one is running. */
export class OwnFunctions {
  readonly #files: LoadedFiles;
  readonly #beforeLookup: () => void;
  readonly #ids = new WeakMap<object, number>();

  /** `beforeLookup` takes over what another thread has instrumented. */
  constructor(files: LoadedFiles, beforeLookup: () => void) {
    this.#files = files;
    this.#beforeLookup = beforeLookup;
  }

  /** Its id; UNKNOWN for what is not an observed own function. */
  idOf(fn: unknown): number {
    if (typeof fn !== 'function') return UNKNOWN;
    const known = this.#ids.get(fn);
    if (known !== undefined) return known;
    let id = UNKNOWN;
    try {
      id = idInText(apply(nativeToString, fn, []));
    } catch {
      // A revoked proxy.
    }
    this.#ids.set(fn, id);
    return id;
  }

  /** The own function that called the library function `above`, directly or through other libraries; else UNKNOWN. */
  running(above: (...args: never[]) => unknown): number {
    this.#beforeLookup();
    const near = captureRunning(above, this.#files, NEAR_FRAMES);
    return near === UNKNOWN ? captureRunning(above, this.#files, FAR_FRAMES) : near;
  }
}

const counter = new RegExp(`^[^]{0,80}?${probeNames.counts.replace('$', '\\$')}\\[(\\d+)\\]`);

/** Instrumented text names its function's id where the body begins. */
export function idInText(text: string): number {
  const start = text.indexOf(OPEN);
  if (start < 0 || !isBalanced(text.slice(0, start))) return UNKNOWN;
  const id = counter.exec(text.slice(start))?.[1];
  return id === undefined ? UNKNOWN : Number(id);
}

/** Otherwise the first injected piece is that of a function within a default parameter. */
function isBalanced(head: string): boolean {
  let open = 0;
  for (const character of head) {
    if (character === '(') open++;
    else if (character === ')') open--;
  }
  return open === 0;
}
