const AT_ONCE = 256;
const PER_SECOND = 10;

/**
 * Looks at the stack that are made whatever is left of the budget: so many at once, and so many a second in the long run. Where calls are
 * few, each has its caller, also on a machine where a look happened to take long.
 */
export class FreeLooks {
  #left = AT_ONCE;
  #filledAt = 0;

  /** `time` of `performance.now()`. */
  take(time: number): boolean {
    if (this.#left < 1) {
      this.#left = Math.min(AT_ONCE, this.#left + ((time - this.#filledAt) / 1000) * PER_SECOND);
      this.#filledAt = time;
    }
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
