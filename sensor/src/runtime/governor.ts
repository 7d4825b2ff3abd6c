import { countDrop, type SharedState } from './sharedState.js';

// Taken once: the program may replace them.
const { max, min, random } = Math;

/** What is put aside at most, and what there is at first: enough for the first calls of a program of many functions. */
const CAPACITY_MS = 10;
/** For a program that hardly runs and so has hardly anything to lose: this share of the time that passes. */
const LEAST_SHARE = 0.005;
const REFILL_MS = 200;
/** What takes longer was interrupted, by another program or the garbage collector. */
const LONGEST_MS = 0.2;

/** How much must be left (a share of the capacity) for a detail that tells so much. */
export const Detail = {
  /** Nothing is known yet of what is asked for: it may be had on credit. */
  first: -1,
  duration: 0,
  /** One of few calls. */
  rare: 0.25,
  /** One more of many. */
  further: 0.5,
} as const;

/**
 * Keeps what details cost under a share of the CPU time that the process uses. All of them are paid from one account, which
 * fills as CPU time is used; when it runs low, the details that tell least are given up first. What is given up is counted. Calls and
 * errors go on being counted exactly.
 */
export class Governor {
  readonly #state: Pick<SharedState, 'control'>;
  readonly #share: number;
  readonly #now: () => number;
  readonly #cpuMs: () => number;
  #leftMs = CAPACITY_MS;
  #refilledAt: number;
  #cpuThen: number;
  /** Since the last refill: how many details were asked for. */
  #asked = 0;
  /** What a detail costs, of late. */
  #meanMs = 0.01;
  /** The share of what is asked for that the account can pay. */
  #accepted = 1;

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
    this.#cpuThen = clocks.cpuMs();
    this.#refilledAt = clocks.now();
  }

  /**
   * False when the detail, one of `Detail`, should be given up; that is counted.
   * @param byChance whether it is one of many alike, of which chance should choose when not all can be had
   */
  allows(detail: number, now = this.#now(), byChance = detail > Detail.duration): boolean {
    if (now - this.#refilledAt >= REFILL_MS) this.#refill(now);
    // A chance rather than first come, first served: whoever comes first after a refill is seldom like those that come in bursts.
    const isLucky = !byChance || this.#accepted >= 1 || random() < this.#accepted;
    if (byChance) this.#asked++;
    if (isLucky && this.#leftMs > detail * CAPACITY_MS) return true;
    countDrop(this.#state, 'governor_samples');
    return false;
  }

  /** True when there is plenty: details may be asked for that are most likely known. */
  isIdle(): boolean {
    return this.#leftMs > CAPACITY_MS / 2;
  }

  /** A detail took so long. It is paid for in any case, from what comes if there is nothing left. */
  spent(milliseconds: number): void {
    const cost = min(milliseconds, LONGEST_MS);
    this.#leftMs -= cost;
    this.#meanMs += (cost - this.#meanMs) / 16;
  }

  #refill(now: number): void {
    const cpu = this.#cpuMs();
    const earned = max((cpu - this.#cpuThen) * this.#share, (now - this.#refilledAt) * LEAST_SHARE);
    const wantedMs = this.#asked * this.#meanMs;
    const plentyMs = max(0, this.#leftMs - CAPACITY_MS / 2);
    const payable = wantedMs > 0 ? min(1, (earned + plentyMs) / wantedMs) : 1;
    this.#accepted = (this.#accepted + payable) / 2;
    if (this.#accepted > 0.99) this.#accepted = 1;
    this.#asked = 0;
    this.#leftMs = min(CAPACITY_MS, this.#leftMs + earned);
    this.#cpuThen = cpu;
    this.#refilledAt = now;
  }
}
