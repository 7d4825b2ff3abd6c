import type { ReceiverCounters } from './receiverCounters.js';

/** A receiver that listens. */
export interface Receiver {
  readonly counters: ReceiverCounters;
  /** Stops accepting, waits for requests in flight at most `graceMs`, then ends them. */
  close(graceMs: number): Promise<void>;
}
