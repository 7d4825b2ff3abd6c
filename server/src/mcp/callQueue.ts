/** More calls at a time are refused: a client that sends them does not wait for answers. */
const MAX_WAITING = 4000;

/** Too many calls wait already. */
export class CallQueueFullError extends Error {
  override readonly name = 'CallQueueFullError';
}

/** Runs a few calls at a time, the others in the order in which they came; those given up meanwhile never begin. */
export class CallQueue {
  readonly #atOnce: number;
  readonly #waiting: { readonly signal: AbortSignal; readonly begin: () => void; readonly giveUp: () => void }[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @throws CallQueueFullError; the signal's reason when it is aborted before the call begins */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    await this.#turn(signal);
    try {
      return await call();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#atOnce) {
      this.#running++;
      return Promise.resolve();
    }
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new CallQueueFullError(`${MAX_WAITING} calls wait already: wait for answers before asking more.`),
      );
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        const index = this.#waiting.indexOf(entry);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
      };
      const begin = () => {
        signal.removeEventListener('abort', giveUp);
        this.#running++;
        resolve();
      };
      const entry = { signal, begin, giveUp };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(entry);
    });
  }

  #next(): void {
    if (this.#running < this.#atOnce) this.#waiting.shift()?.begin();
  }
}
