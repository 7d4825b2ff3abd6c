import { countDrop, type SharedState } from './sharedState.js';

const WINDOW_MS = 1_000;
/** Spent in a window whatever the program uses: one that hardly runs has hardly anything to lose. */
const LEAST_BUDGET_MS = 5;

/**
 * Keeps what sampling costs under a share of the CPU time that the process uses. It measures itself; when a window's budget is spent,
 * it says no until the next one, and counts what was given up. Calls and errors go on being counted exactly.
 */
export class Governor {
  readonly #state: Pick<SharedState, 'control'>;
  readonly #share: number;
  readonly #now: () => number;
  readonly #cpuMs: () => number;
  #windowEnd = 0;
  #cpuAtStart: number;
  #budgetMs: number;

  /** `share` of the CPU time, 0.01 for 1 %. `now` and `cpuMs` (of the process, since any time) in ms. */
  constructor(
    state: Pick<SharedState, 'control'>,
    share: number,
    clocks: { readonly now: () => number; readonly cpuMs: () => number },
  ) {
    this.#state = state;
    this.#share = share;
    this.#now = clocks.now;
    this.#cpuMs = clocks.cpuMs;
    this.#cpuAtStart = clocks.cpuMs();
    this.#budgetMs = LEAST_BUDGET_MS;
  }

  /** False when the sample should not be taken; that is counted. */
  allows(): boolean {
    const now = this.#now();
    if (now >= this.#windowEnd) this.#nextWindow(now);
    if (this.#budgetMs > 0) return true;
    countDrop(this.#state, 'governor_samples');
    return false;
  }

  /** A sample took so long. */
  spent(milliseconds: number): void {
    this.#budgetMs -= milliseconds;
  }

  #nextWindow(now: number): void {
    const cpu = this.#cpuMs();
    // What was overspent is paid back from the next budget.
    const debt = Math.min(0, this.#budgetMs);
    this.#budgetMs = Math.max(LEAST_BUDGET_MS, (cpu - this.#cpuAtStart) * this.#share) + debt;
    this.#cpuAtStart = cpu;
    this.#windowEnd = now + WINDOW_MS;
  }
}
