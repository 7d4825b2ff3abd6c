import type { Reporter } from './reporter/startReporter.js';

/** A program is let get to work before the reporter's thread takes a part of the machine. */
const DELAY_MS = 300;
/** One that has not yielded to its timers until then gets the thread all the same. */
const LONGEST_DELAY_MS = 1_000;

// Kept from before the program ran: programs replace what they like.
const now = performance.now.bind(performance);
const { setTimeout } = globalThis;

/** Starts the reporter when there is something to report, though not in the program's first moments. */
export class LateReporter {
  readonly #start: () => Reporter;
  readonly #mayBeHeard: () => boolean;
  #reporter: Reporter | undefined;
  #wantedAt: number | undefined;

  /** `mayBeHeard`: false when nobody listens for reports at the moment. */
  constructor(start: () => Reporter, mayBeHeard: () => boolean) {
    this.#start = start;
    this.#mayBeHeard = mayBeHeard;
  }

  get isWanted(): boolean {
    return this.#wantedAt !== undefined;
  }

  /** There is something to report. */
  want(): void {
    if (this.isWanted) return;
    this.#wantedAt = now();
    setTimeout(() => this.#startOnce(), DELAY_MS).unref();
  }

  /** To be called now and then by what runs in a program that does not yield. */
  poll(): void {
    if (this.#reporter || this.#wantedAt === undefined) return;
    if (now() - this.#wantedAt > LONGEST_DELAY_MS) this.#startOnce();
  }

  /** Brings what has not been reported yet, if anybody may hear it. Blocks the thread no longer than `HINDCAST_EXIT_TIMEOUT_MS`. */
  flush(): void {
    if (!this.isWanted || (!this.#reporter && !this.#mayBeHeard())) return;
    this.#startOnce().flush();
  }

  #startOnce(): Reporter {
    return (this.#reporter ??= this.#start());
  }
}
