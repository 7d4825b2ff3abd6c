import { Detail, type Governor } from './governor.js';

/** After so many looks in a row that found the same caller, the next one most likely is the same. */
const SURE_OF_CALLER = 32;
/** Then the caller of one call in so many is looked up, */
const CHECK_CALLER = 16;
/** and of every call that comes after a pause of so long. */
const PAUSE_MS = 10;

const NOT_LOOKED_UP = -1;

interface Remembered {
  caller: number;
  /** How often it was found in a row. */
  streak: number;
  lookedAtMs: number;
}

// Taken once: the program may replace it.
const { random } = Math;

/**
 * Looks up who uses something (a connection, a statement), as often as the governor allows. Calls that are not looked at count as
 * those of the caller that was found last: over many calls the shares are right, and with few calls each of them is looked at.
 */
export class RememberedCallers {
  readonly #governor: Governor;
  readonly #now: () => number;
  readonly #of = new WeakMap<object, Remembered>();

  /** `now` in ms. */
  constructor(governor: Governor, now: () => number) {
    this.#governor = governor;
    this.#now = now;
  }

  /**
   * The function that uses `subject` now; `look` finds it. -1 where nothing is known and nothing is left to look with.
   * @param isChosen this call is one of many, of which some are chosen elsewhere
   */
  callerOf(subject: unknown, look: () => number, start = this.#now(), isChosen = false): number {
    const known = typeof subject === 'object' && subject !== null ? this.#of.get(subject) : undefined;
    if (known ? !this.#isWorthALook(known, start, isChosen) : !this.#governor.allows(Detail.first, start))
      return known?.caller ?? NOT_LOOKED_UP;
    const caller = look();
    const end = this.#now();
    this.#governor.spent(end - start);
    if (known) {
      known.streak = known.caller === caller ? known.streak + 1 : 0;
      known.caller = caller;
      known.lookedAtMs = end;
    } else if (typeof subject === 'object' && subject !== null) {
      this.#of.set(subject, { caller, streak: 0, lookedAtMs: end });
    }
    return caller;
  }

  /** Looks in any case; it is paid for all the same. */
  lookUp(look: () => number): number {
    const start = this.#now();
    const caller = look();
    this.#governor.spent(this.#now() - start);
    return caller;
  }

  /** Whether the last looks at who uses `subject` all found the same. */
  isSureOf(subject: object): boolean {
    return (this.#of.get(subject)?.streak ?? 0) >= SURE_OF_CALLER;
  }

  #isWorthALook({ streak, lookedAtMs }: Remembered, now: number, isChosen: boolean): boolean {
    const isSure = streak >= SURE_OF_CALLER && now - lookedAtMs < PAUSE_MS;
    if (isSure && !isChosen && random() * CHECK_CALLER >= 1) return false;
    return this.#governor.allows(isSure ? Detail.further : Detail.rare, now);
  }
}
