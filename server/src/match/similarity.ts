import type { FunctionText } from './functionText.js';

/** Functions with less text of their own are compared with what is nested in them. */
const MIN_OWN_TOKENS = 12;
/** Features of more functions say nothing about which function it is, and do not propose candidates. */
const MAX_COMMON = 40;
/** Candidates whose similarity is computed, the likeliest first. */
const MAX_CANDIDATES = 12;

interface Candidate {
  readonly to: FunctionText;
  /** 0..1 */
  readonly similarity: number;
}

/** A word, or three neighbouring tokens, as one number, and how often it is there. */
type Features = ReadonlyMap<number, number>;

/** Numbers of tokens below this fit three times into a whole number that is exact. */
const MAX_TOKENS = 2 ** 17;

/**
 * How alike functions of two sides are: weighted Dice over their words and triples of tokens, where what few functions have
 * weighs more. 1 is the same text, 0 nothing in common. Deterministic and symmetric.
 */
export class Similarity {
  readonly #tokens = new Map<string, number>();
  readonly #own = new Map<FunctionText, Features>();
  readonly #whole = new Map<FunctionText, Features>();
  readonly #weights = new Map<number, number>();
  readonly #sums = new Map<Features, number>();
  readonly #byFeature = new Map<number, FunctionText[]>();
  readonly #candidates = new Map<FunctionText, readonly Candidate[]>();
  readonly #known = new Map<FunctionText, Map<FunctionText, number>>();

  /** @param from the functions that are looked for, @param to those among which they are */
  constructor(from: readonly FunctionText[], to: readonly FunctionText[]) {
    const counts = [from, to].map((side) => {
      const count = new Map<number, number>();
      for (const own of side) {
        for (const feature of this.#allFeatures(own)) count.set(feature, (count.get(feature) ?? 0) + 1);
      }
      return count;
    });
    const total = Math.max(from.length, to.length) + 8;
    for (const count of counts) {
      for (const [feature, functions] of count) {
        const weight = Math.log(1 + total / functions);
        this.#weights.set(feature, Math.min(weight, this.#weights.get(feature) ?? weight));
      }
    }
    for (const own of to) {
      for (const feature of this.#allFeatures(own)) {
        if ((counts[1]?.get(feature) ?? 0) > MAX_COMMON) continue;
        const having = this.#byFeature.get(feature);
        if (having) having.push(own);
        else this.#byFeature.set(feature, [own]);
      }
    }
  }

  /** 0..1 */
  of(from: FunctionText, to: FunctionText): number {
    const known = this.#known.get(from) ?? new Map<FunctionText, number>();
    this.#known.set(from, known);
    const similarity = known.get(to) ?? this.#compare(from, to);
    known.set(to, similarity);
    return similarity;
  }

  /** What is most like a function, best first; of equals the earlier. */
  candidates(from: FunctionText): readonly Candidate[] {
    const known = this.#candidates.get(from);
    if (known) return known;
    const shared = new Map<FunctionText, number>();
    for (const feature of this.#ownFeatures(from).keys()) {
      for (const to of this.#byFeature.get(feature) ?? []) {
        shared.set(to, (shared.get(to) ?? 0) + (this.#weights.get(feature) ?? 0));
      }
    }
    const found = [...shared]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_CANDIDATES)
      .map(([to]) => ({ to, similarity: this.of(from, to) }))
      .sort((a, b) => b.similarity - a.similarity);
    this.#candidates.set(from, found);
    return found;
  }

  #compare(from: FunctionText, to: FunctionText): number {
    const isOwn = Math.min(from.ownTokens.length, to.ownTokens.length) >= MIN_OWN_TOKENS;
    const a = isOwn ? this.#ownFeatures(from) : this.#wholeFeatures(from);
    const b = isOwn ? this.#ownFeatures(to) : this.#wholeFeatures(to);
    let shared = 0;
    for (const [feature, count] of a) {
      shared += Math.min(count, b.get(feature) ?? 0) * (this.#weights.get(feature) ?? 0);
    }
    const total = this.#weigh(a) + this.#weigh(b);
    return total === 0 ? 0 : (2 * shared) / total;
  }

  #weigh(features: Features): number {
    const known = this.#sums.get(features);
    if (known !== undefined) return known;
    let sum = 0;
    for (const [feature, count] of features) sum += count * (this.#weights.get(feature) ?? 0);
    this.#sums.set(features, sum);
    return sum;
  }

  /** Each once. */
  #allFeatures(own: FunctionText): Iterable<number> {
    const ownFeatures = this.#ownFeatures(own);
    const whole = this.#wholeFeatures(own);
    return whole === ownFeatures ? ownFeatures.keys() : new Set([...ownFeatures.keys(), ...whole.keys()]);
  }

  #ownFeatures(own: FunctionText): Features {
    return cached(this.#own, own, () => this.#featuresOf(own.ownTokens));
  }

  #wholeFeatures(own: FunctionText): Features {
    return own.tokens === own.ownTokens
      ? this.#ownFeatures(own)
      : cached(this.#whole, own, () => this.#featuresOf(own.tokens));
  }

  /** Words and literals, and triples of neighbours. */
  #featuresOf(tokens: readonly string[]): Features {
    const features = new Map<number, number>();
    const add = (feature: number) => features.set(feature, (features.get(feature) ?? 0) + 1);
    const numbers = tokens.map((token) => this.#numberOf(token));
    for (const [index, token] of tokens.entries()) {
      const number = numbers[index] ?? 0;
      // Below zero, where no triple is.
      if (/[\p{L}\p{N}]/u.test(token)) add(-1 - number);
      const next = numbers[index + 1];
      const afterNext = numbers[index + 2];
      if (next !== undefined && afterNext !== undefined) add((number * MAX_TOKENS + next) * MAX_TOKENS + afterNext);
    }
    return features;
  }

  /** Texts with more different tokens than there are numbers share the last one. */
  #numberOf(token: string): number {
    const known = this.#tokens.get(token);
    if (known !== undefined) return known;
    const number = Math.min(this.#tokens.size, MAX_TOKENS - 1);
    this.#tokens.set(token, number);
    return number;
  }
}

function cached(cache: Map<FunctionText, Features>, own: FunctionText, make: () => Features): Features {
  const known = cache.get(own) ?? make();
  cache.set(own, known);
  return known;
}
