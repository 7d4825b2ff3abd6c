import { disguise } from '../context/disguise.js';

/** A frame of a stack, as V8 hands it out. V8 has had getPosition for long; the types leave it out. */
export interface StackFrame {
  readonly getFileName: (this: StackFrame) => string | null | undefined;
  readonly getFunctionName: (this: StackFrame) => string | null;
  readonly getLineNumber: (this: StackFrame) => number | null;
  readonly getColumnNumber: (this: StackFrame) => number | null;
  /** Offset in the text that runs. */
  readonly getPosition: (this: StackFrame) => number;
  /** Undefined in strict mode. */
  readonly getFunction: (this: StackFrame) => unknown;
  readonly toString: (this: StackFrame) => string;
}

const { isFrozen } = Object;
const READ_ONLY =
  "Cannot assign to read only property 'prepareStackTrace' of function 'function Error() { [native code] }'";

type Prepare = (error: unknown, frames: readonly StackFrame[]) => unknown;

// Kept from before the program ran: programs replace what they like.
const TheError = Error;
// eslint-disable-next-line @typescript-eslint/unbound-method -- it has no receiver
const { captureStackTrace } = Error;
const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, isExtensible } = Reflect;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
const { includes } = String.prototype;

const returnFrames: Prepare = (_, frames) => frames;

/** What `Error.prepareStackTrace` is to be at the moment, for the sensor's own looks at the stack. */
let mode: 'program' | 'frames' | 'text' = 'program';

const read = new WeakSet();

/** True when the stack of `error` is text already. V8 cannot tell any more where such an error was made. */
export function wasStackRead(error: object): boolean {
  return read.has(error);
}

/**
 * The frames below the call of `above`, at most `limit`; undefined where the program has closed the way to them. Leaves `Error` as it
 * was. Only after `showToReaders`.
 */
export function captureFrames(above: (...args: never[]) => unknown, limit: number): readonly StackFrame[] | undefined {
  const found = capture(above, limit, 'frames');
  return Array.isArray(found) ? (found as readonly StackFrame[]) : undefined;
}

function capture(above: (...args: never[]) => unknown, limit: number, as: 'frames' | 'text'): unknown {
  const before = getOwnPropertyDescriptor(TheError, 'stackTraceLimit');
  const isLimitable = before ? before.writable === true && before.configurable === true : isExtensible(TheError);
  const modeBefore = mode;
  const holder: { stack?: unknown } = {};
  try {
    if (isLimitable) TheError.stackTraceLimit = limit;
    mode = as;
    captureStackTrace(holder, above);
    return holder.stack;
  } finally {
    mode = modeBefore;
    // It was assigned to, so only its value differs.
    if (isLimitable && before) TheError.stackTraceLimit = before.value as number;
    else if (isLimitable) deleteProperty(TheError, 'stackTraceLimit');
  }
}

/**
 * Every stack that anyone reads passes `show` first, which gives the frames that are to be seen. Node has had a function in
 * `Error.prepareStackTrace` since 20; it gets its frames from there, and so does a function that the program puts there. The program
 * finds there what it has put there. False where that cannot be had.
 */
export function showToReaders(
  show: (frames: readonly StackFrame[], isProgram: boolean) => readonly StackFrame[],
): boolean {
  const descriptor = getOwnPropertyDescriptor(TheError, 'prepareStackTrace');
  const original: unknown = descriptor?.value;
  if (descriptor?.configurable !== true || typeof original !== 'function') return false;

  // eslint-disable-next-line @typescript-eslint/unbound-method -- it has no receiver
  const replacement: Prepare = {
    ErrorPrepareStackTrace(error: unknown, trace: readonly StackFrame[]): unknown {
      if (typeof error === 'object' && error !== null) read.add(error);
      return apply(original, TheError, [error, show(trace, false)]);
    },
  }.ErrorPrepareStackTrace;
  const usual = disguise(replacement, original);
  const forNode = new WeakMap<object, Prepare>();
  let value: unknown = usual;

  function shown(prepare: unknown): Prepare {
    if (typeof prepare !== 'function') return usual;
    let wrapped = forNode.get(prepare);
    if (!wrapped) {
      wrapped = (error, frames) => apply(prepare, TheError, [error, show(frames, true)]) as unknown;
      forNode.set(prepare, wrapped);
    }
    return wrapped;
  }

  const accessor = getOwnPropertyDescriptor(
    {
      get prepareStackTrace(): unknown {
        if (mode === 'frames') return returnFrames;
        if (mode === 'text') return undefined;
        if (value === usual || !getter || !isNodeAsking(getter)) return value;
        return shown(value);
      },
      set prepareStackTrace(next: unknown) {
        if ((this as unknown) === TheError) {
          if (!isFrozen(TheError)) value = next;
          else if (isStrict(setter)) throw new TypeError(READ_ONLY);
        } else
          defineProperty(this, 'prepareStackTrace', {
            value: next,
            configurable: true,
            enumerable: true,
            writable: true,
          });
      },
    },
    'prepareStackTrace',
  );
  const getter = accessor?.get;
  const setter = accessor?.set;
  if (!getter) return false;
  return defineProperty(TheError, 'prepareStackTrace', { ...accessor, enumerable: false, configurable: true });
}

/** True when code in strict mode has called `setter`: an assignment that cannot be done is an error there. */
function isStrict(setter: ((value: unknown) => void) | undefined): boolean {
  const caller = setter && captureFrames(setter, 1)?.[0];
  return caller?.getFunction() === undefined;
}

/** True when the getter is read by Node, which is about to make a stack out of frames. */
function isNodeAsking(getter: () => unknown): boolean {
  try {
    const caller = capture(getter, 1, 'text');
    return (
      typeof caller === 'string' && apply(includes, caller, ['at prepareStackTraceCallback (node:internal/errors'])
    );
  } catch {
    return false;
  }
}
