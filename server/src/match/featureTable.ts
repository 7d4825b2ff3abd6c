import type { FunctionText } from './functionText.js';

/** What a function's text is made of, each feature once and in the order of the text, and how often it is there. */
export interface Features {
  readonly ids: Int32Array;
  readonly counts: Int32Array;
}

/** Numbers of tokens below this fit three times into a whole number that is exact. */
const MAX_TOKENS = 2 ** 17;

const WORD = /[\p{L}\p{N}]/u;

/** Gives the features of texts small numbers, and remembers those of each text: they are asked for in every round of matching. */
export class FeatureTable {
  readonly #tokens = new Map<string, number>();
  readonly #isWord: boolean[] = [];
  readonly #ids = new Map<number, number>();
  readonly #own = new Map<FunctionText, Features>();
  readonly #whole = new Map<FunctionText, Features>();
  /** Where a feature was last counted: valid when it is a place of the text at hand that has the feature. */
  readonly #places: number[] = [];

  /** Numbers that were given: all are smaller. */
  get size(): number {
    return this.#ids.size;
  }

  /** Of a function without what is nested in it. */
  own(own: FunctionText): Features {
    const known = this.#own.get(own);
    if (known) return known;
    const made = this.#featuresOf(own.ownTokens);
    this.#own.set(own, made);
    return made;
  }

  /** With what is nested in it. */
  whole(own: FunctionText): Features {
    if (own.tokens === own.ownTokens) return this.own(own);
    const known = this.#whole.get(own);
    if (known) return known;
    const made = this.#featuresOf(own.tokens);
    this.#whole.set(own, made);
    return made;
  }

  /** Words and literals, and triples of neighbours. */
  #featuresOf(tokens: readonly string[]): Features {
    const ids: number[] = [];
    const counts: number[] = [];
    const add = (feature: number) => {
      let id = this.#ids.get(feature);
      if (id === undefined) {
        id = this.#ids.size;
        this.#ids.set(feature, id);
        this.#places.push(0);
      }
      const place = this.#places[id] ?? 0;
      if (ids[place] === id) {
        counts[place] = (counts[place] ?? 0) + 1;
        return;
      }
      this.#places[id] = ids.length;
      ids.push(id);
      counts.push(1);
    };
    const numbers = tokens.map((token) => this.#numberOf(token));
    for (const [index, number] of numbers.entries()) {
      // Below zero, where no triple is.
      if (number === MAX_TOKENS - 1 ? WORD.test(tokens[index] ?? '') : this.#isWord[number]) add(-1 - number);
      const next = numbers[index + 1];
      const afterNext = numbers[index + 2];
      if (next !== undefined && afterNext !== undefined) add((number * MAX_TOKENS + next) * MAX_TOKENS + afterNext);
    }
    return { ids: Int32Array.from(ids), counts: Int32Array.from(counts) };
  }

  /** Texts with more different tokens than there are numbers share the last one. */
  #numberOf(token: string): number {
    const known = this.#tokens.get(token);
    if (known !== undefined) return known;
    const number = Math.min(this.#tokens.size, MAX_TOKENS - 1);
    this.#tokens.set(token, number);
    this.#isWord[number] = WORD.test(token);
    return number;
  }
}
