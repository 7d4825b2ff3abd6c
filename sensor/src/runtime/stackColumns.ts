import type { LoadedFiles } from './loadedFiles.js';
import { wantedFrames } from './stackDepth.js';
import { captureFrames, showToReaders, type StackFrame } from './stackFrames.js';

const { apply, defineProperty, getPrototypeOf } = Reflect;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with their receiver by Reflect.apply
const { indexOf, lastIndexOf, slice, startsWith } = String.prototype;

/** Where Node keeps what the sensor itself calls on the way to the program's code. */
const CONTEXT_MODULES = ['node:internal/async_local_storage/', 'node:async_hooks', 'node:internal/async_hooks'];
const COMMONJS_LOADER = 'node:internal/modules/cjs/loader';
const UNNAMED = 'Module.<anonymous> (';

/**
 * Makes stack traces those of the original: the columns of the text as it was written, and no frames of the sensor's own
 * code. Nothing happens before a stack is read. The places of frames are those of the original, too, for a program that
 * gets frames instead of text.
 */
export function showOriginalStacks(files: LoadedFiles, beforeLookup: () => void): void {
  const isShown = showToReaders((frames, isProgram) => {
    try {
      return visible(frames, isProgram);
    } catch {
      return frames;
    }
  });
  const ours = isShown ? callingFrame() : undefined;
  const prototype = ours && (getPrototypeOf(ours) as StackFrame);
  if (!prototype || Symbol.toPrimitive in prototype) return;
  const sensorScript = apply(prototype.getFileName, ours, []);
  const { toString, getFileName, getFunctionName, getLineNumber, getColumnNumber, getPosition } = prototype;
  /** What stands before the place, where a function of the sensor has taken the place of the frame's function. */
  const heads = new WeakMap<StackFrame, string>();

  /** Frames of the sensor, and of what it calls on the way to the program's code. */
  function isOurs(frames: readonly StackFrame[], i: number): boolean {
    const frame = frames[i];
    if (frame === undefined) return false;
    const script: unknown = apply(getFileName, frame, []);
    return script === sensorScript || (typeof script === 'string' && isContextModule(script) && isOurs(frames, i + 1));
  }

  function visible(frames: readonly StackFrame[], isProgram: boolean): readonly StackFrame[] {
    const kept: StackFrame[] = [];
    let count = 0;
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[i] as StackFrame;
      if (isOurs(frames, i)) continue;
      for (let below = i + 1; isOurs(frames, below); below++) takeHead(frame, frames[below] as StackFrame);
      if (isProgram || isMappedByNode()) placeAsWritten(frame);
      kept[count++] = frame;
    }
    if (count === frames.length) return frames;
    const wanted = wantedFrames();
    if (count > wanted) kept.length = wanted;
    return kept;
  }

  /** Methods are named by the properties that they are found in, where the sensor's function of the same name is instead. */
  function takeHead(frame: StackFrame, wrapper: StackFrame): void {
    if (apply(getFunctionName, frame, []) !== apply(getFunctionName, wrapper, [])) return;
    const text = apply(toString, wrapper, []);
    const end = apply(indexOf, text, [` (${sensorScript}`]);
    if (end > 0) heads.set(frame, apply(slice, text, [0, end]));
  }

  /** Methods of frames cannot be replaced where all frames have them. */
  function placeAsWritten(frame: StackFrame): void {
    const column = originalColumn(frame);
    const text = apply(toString, frame, []);
    const written = asWritten(frame, text);
    if (column !== undefined && column !== apply(getColumnNumber, frame, [])) {
      const { getColumnNumber: own } = { getColumnNumber: () => column };
      defineProperty(frame, 'getColumnNumber', { value: own, configurable: true, writable: true });
    }
    if (written !== text) {
      const { toString: own } = { toString: () => written };
      defineProperty(frame, 'toString', { value: own, configurable: true, writable: true });
    }
  }

  /** Undefined where nothing was inserted. */
  function originalColumn(frame: StackFrame): number | undefined {
    const script = apply(getFileName, frame, []);
    const column = apply(getColumnNumber, frame, []);
    if (typeof script !== 'string' || column === null) return undefined;
    beforeLookup();
    return files.originalColumn(script, apply(getPosition, frame, []), column);
  }

  function asWritten(frame: StackFrame, text: string): string {
    let written = text;
    const place = apply(lastIndexOf, text, [' (']);
    const head = heads.get(frame);
    if (head !== undefined && place > 0) written = `${head}${apply(slice, text, [place])}`;
    else if (apply(startsWith, text, [UNNAMED]) && apply(getFileName, frame, []) === COMMONJS_LOADER)
      written = `Module._compile (${apply(slice, text, [UNNAMED.length])}`;
    return inOriginalColumn(frame, written);
  }

  function inOriginalColumn(frame: StackFrame, text: string): string {
    const original = originalColumn(frame);
    const column = apply(getColumnNumber, frame, []);
    if (original === undefined || original === column) return text;
    const line = apply(getLineNumber, frame, []);
    const place = `:${line}:${column}`;
    const at = apply(lastIndexOf, text, [place]);
    if (at < 0) return text;
    return `${apply(slice, text, [0, at])}:${line}:${original}${apply(slice, text, [at + place.length])}`;
  }

  // Node builds the text of a stack by converting its frames to strings, and a conversion asks for this first.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const convert = {
    toPrimitive(this: StackFrame): string {
      const text = apply(toString, this, []);
      try {
        return asWritten(this, text);
      } catch {
        return text;
      }
    },
  }.toPrimitive;
  defineProperty(prototype, Symbol.toPrimitive, { value: convert, configurable: true, writable: true });
}

function isContextModule(script: string): boolean {
  return CONTEXT_MODULES.some((module) => apply(startsWith, script, [module]));
}

/** Node maps frames to sources by their columns. */
function isMappedByNode(): boolean {
  return (process as { readonly sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
}

/** The frame of the function that calls this one. */
function callingFrame(): StackFrame | undefined {
  return captureFrames(callingFrame, 1)?.[0];
}
