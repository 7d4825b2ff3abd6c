import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/store.js';

/** Nobody waits for the answer any more: the caller has gone, or its deadline has passed. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** One question as its handler sees it. */
export interface Question {
  readonly store: Store;
  /** When it was asked. */
  readonly nowMs: number;
  /** Between two steps of a long answer: lets others have their turn. @throws AbandonedError */
  proceed(): Promise<void>;
}

/** @param isAbandoned is asked between two steps */
export function question(store: Store, nowMs: number, isAbandoned: () => boolean): Question {
  return {
    store,
    nowMs,
    proceed: async () => {
      await setImmediate();
      if (isAbandoned()) throw new AbandonedError('Nobody waits for this answer any more.');
    },
  };
}
