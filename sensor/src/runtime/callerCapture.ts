import type { LoadedFiles } from './loadedFiles.js';
import { captureFrames, type StackFrame } from './stackFrames.js';

/** Nearly always the caller is in the nearest frames; looking at few costs a fraction of looking at many. */
const NEAR_FRAMES = 3;
const FRAMES = 32;

/**
 * The function that called `fn`, whose own frame is the nearest own frame below `probe`; -1 when the call came from outside
 * own code or from a module's top level. Leaves `Error` as it was.
 */
export function captureCaller(fn: number, probe: (...args: never[]) => unknown, files: LoadedFiles): number {
  for (const limit of [NEAR_FRAMES, FRAMES]) {
    const frames = captureFrames(probe, limit);
    if (!frames) return -1;
    const caller = callerIn(frames, fn, files);
    if (caller !== undefined) return caller;
    if (frames.length < limit) break;
  }
  return -1;
}

/**
 * The own function that is running now, called from one of the `limit` nearest frames below `above`; -1 when there is none.
 * Leaves `Error` as it was.
 */
export function captureRunning(above: (...args: never[]) => unknown, files: LoadedFiles, limit: number): number {
  for (const frame of captureFrames(above, limit) ?? []) {
    const script = frame.getFileName();
    const owner = typeof script === 'string' ? files.ownerOf(script, frame.getPosition()) : undefined;
    if (owner !== undefined) return owner;
  }
  return -1;
}

/** Undefined when the frames do not say. */
function callerIn(frames: readonly StackFrame[], fn: number, files: LoadedFiles): number | undefined {
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
