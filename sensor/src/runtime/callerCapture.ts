import type { LoadedFiles } from './loadedFiles.js';

/** Nearly always the caller is in the nearest frames; looking at few costs a fraction of looking at many. */
const NEAR_FRAMES = 3;
const FRAMES = 32;

/** V8 has had getPosition for long; the types leave it out. */
interface Frame {
  getFileName(): string | null | undefined;
  getPosition(): number;
}

const returnFrames = (_: Error, frames: readonly unknown[]): unknown => frames;

/**
 * The function that called `fn`, whose own frame is the nearest own frame below `probe`; -1 when the call came from outside
 * own code or from a module's top level. Leaves `Error` as it was.
 */
export function captureCaller(fn: number, probe: (...args: never[]) => unknown, files: LoadedFiles): number {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (!isRestorable(limit) || !isRestorable(prepare)) return -1;
  try {
    Error.prepareStackTrace = returnFrames;
    for (const frames of [NEAR_FRAMES, FRAMES]) {
      const holder: { stack?: unknown } = {};
      Error.stackTraceLimit = frames;
      Error.captureStackTrace(holder, probe);
      const found = holder.stack as readonly Frame[];
      const caller = callerIn(found, fn, files);
      if (caller !== undefined) return caller;
      if (found.length < frames) break;
    }
    return -1;
  } finally {
    restore('stackTraceLimit', limit);
    restore('prepareStackTrace', prepare);
  }
}

/**
 * The own function that is running now, called from one of the `frames` nearest frames below `above`; -1 when there is none.
 * Leaves `Error` as it was.
 */
export function captureRunning(above: (...args: never[]) => unknown, files: LoadedFiles, frames: number): number {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (!isRestorable(limit) || !isRestorable(prepare)) return -1;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = frames;
    Error.prepareStackTrace = returnFrames;
    Error.captureStackTrace(holder, above);
    for (const frame of holder.stack as readonly Frame[]) {
      const script = frame.getFileName();
      const owner = typeof script === 'string' ? files.ownerOf(script, frame.getPosition()) : undefined;
      if (owner !== undefined) return owner;
    }
    return -1;
  } finally {
    restore('stackTraceLimit', limit);
    restore('prepareStackTrace', prepare);
  }
}

/** Undefined when the frames do not say. */
function callerIn(frames: readonly Frame[], fn: number, files: LoadedFiles): number | undefined {
  let sawCallee = false;
  for (const frame of frames) {
    const script = frame.getFileName();
    if (typeof script !== 'string') continue;
    const owner = files.ownerOf(script, frame.getPosition());
    if (owner === undefined) continue;
    if (sawCallee) return owner;
    if (owner !== fn) return -1;
    sawCallee = true;
  }
  return undefined;
}

function isRestorable(descriptor: PropertyDescriptor | undefined): boolean {
  return descriptor === undefined || (descriptor.writable === true && descriptor.configurable === true);
}

function restore(property: 'stackTraceLimit' | 'prepareStackTrace', descriptor: PropertyDescriptor | undefined): void {
  // It was assigned to, so only its value differs.
  if (descriptor) Error[property] = descriptor.value as never;
  else Reflect.deleteProperty(Error, property);
}
