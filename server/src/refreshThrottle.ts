/** Pauses between two refreshes, milliseconds. */
export interface RefreshTiming {
  /** Between the first few, when a person waits for the first numbers. */
  readonly atFirstMs: number;
  /** Later: what moves all the time distracts. */
  readonly laterMs: number;
  /** How many count as the first. */
  readonly firstCount: number;
}

export const defaultRefreshTiming: RefreshTiming = { atFirstMs: 2000, laterMs: 15_000, firstCount: 5 };

/** Turns any number of changes into few refreshes: at once after a pause, otherwise at its end. */
export class RefreshThrottle {
  readonly #refresh: () => void;
  readonly #timing: RefreshTiming;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  #lastMs = -Infinity;

  constructor(refresh: () => void, timing: RefreshTiming = defaultRefreshTiming) {
    this.#refresh = refresh;
    this.#timing = timing;
  }

  changed(): void {
    if (this.#timer) return;
    const pauseMs = this.#count < this.#timing.firstCount ? this.#timing.atFirstMs : this.#timing.laterMs;
    const waitMs = Math.max(0, this.#lastMs + pauseMs - performance.now());
    this.#timer = setTimeout(() => this.#run(), waitMs);
    this.#timer.unref();
  }

  /** Refreshes at once: a person waits for the first numbers of a file. */
  now(): void {
    clearTimeout(this.#timer);
    this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    this.#timer = undefined;
    this.#count++;
    this.#lastMs = performance.now();
    this.#refresh();
  }
}
