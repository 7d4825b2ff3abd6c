/**
 * What injected code looks like. Every piece stands between two marker comments, so that `Function.prototype.toString` can
 * give back the original, and refers only to the globals named here: module-level bindings would not exist yet when an
 * import cycle calls a hoisted function before its module's body has run.
 */
export const OPEN = '/*@hc*/';
export const CLOSE = '/*hc@*/';

/** Globals that injected code uses; runtime/probes.ts defines them. */
export const probeNames = {
  /** Int32Array: calls by function id. Exact; wraps. */
  counts: '$hcC',
  /** Int32Array: the count at which the next call is sampled. */
  nextSample: '$hcN',
  /** (id, error, throwsItself) → error: counts a failed call. */
  failed: '$hcX',
  /** (id, line, column, value) → value: about to be thrown by the statement at that place of the text. */
  thrown: '$hcL',
  /** (id): a sampled call of a function that is not timed. */
  sampled: '$hcS',
  /** (id) → token: a sampled call of a timed synchronous function. */
  startSync: '$hcB',
  /** (id, token): the end of such a call. */
  endSync: '$hcF',
  /** (id) → token: a sampled call of an async function. */
  startAsync: '$hcA',
  /** (id, token): the end of such a call. */
  endAsync: '$hcG',
  /** (id, token, value) → value: an async function is about to return `value`. */
  returned: '$hcR',
} as const;

/** Locals of injected code. */
export const START = '$hcT';
export const CAUGHT = '$hcE';

const piece = /\/\*@hc\*\/[^]*?(?:\/\*hc@\*\/|$)/g;

/** True when `text` has a word in it that injected code needs for itself. */
export function mentionsInjected(text: string): boolean {
  return /\$hc[A-Z]\b/.test(text) || text.includes(OPEN) || text.includes(CLOSE);
}

/** True when `text` is the result of our transform. */
export function isInstrumented(text: string): boolean {
  return text.includes(OPEN);
}

/** The original of an instrumented text, or of a part of it that is one whole function or class. */
export function stripInjected(text: string): string {
  return text.includes(OPEN) ? text.replace(piece, '') : text;
}
