import { errorCode } from './errorCode.js';
import type { Requests, Work } from './requests.js';
import type { EntryKind } from './series.js';
import { isPlainPromise, settled } from './settlement.js';
import { throwOn } from '../runtime/throwOn.js';

/** Runs `call`, which hands something over to `handler`, as one piece of work: it ends when the promise that it returns does, or with it. */
export function asWork(
  requests: Requests,
  kind: EntryKind,
  name: string,
  handler: unknown,
  call: () => unknown,
): unknown {
  let work: Work;
  try {
    work = requests.begin(kind);
    requests.handledBy(work, name, handler);
  } catch {
    return call();
  }
  const before = requests.take(work);
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    requests.end(work, errorCode(error), name);
    throwOn(error);
  } finally {
    requests.leave(before);
  }
  if (isPlainPromise(result)) {
    return settled(result, (isRejected, error) => requests.end(work, isRejected ? errorCode(error) : undefined, name));
  }
  requests.end(work, undefined, name);
  return result;
}
