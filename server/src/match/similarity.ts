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

type Features = ReadonlyMap<string, number>;

/**
 * How alike functions of two sides are: weighted Dice over their words and triples of tokens, where what few functions have
 * weighs more. 1 is the same text, 0 nothing in common. Deterministic and symmetric.
 */
export class Similarity {
  readonly #own = new Map<FunctionText, Features>();
  readonly #whole = new Map<FunctionText, Features>();
  readonly #weights = new Map<string, number>();
  readonly #byFeature = new Map<string, FunctionText[]>();
  readonly #candidates = new Map<FunctionText, readonly Candidate[]>();
  readonly #known = new Map<FunctionText, Map<FunctionText, number>>();

  /** @param from the functions that are looked for, @param to those among which they are */
  constructor(from: readonly FunctionText[], to: readonly FunctionText[]) {
    const counts = [from, to].map((side) => {
      const count = new Map<string, number>();
      for (const own of side) {
        for (const feature of new Set([...this.#ownFeatures(own).keys(), ...this.#wholeFeatures(own).keys()])) {
          count.set(feature, (count.get(feature) ?? 0) + 1);
        }
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
      for (const feature of new Set([...this.#ownFeatures(own).keys(), ...this.#wholeFeatures(own).keys()])) {
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
    const weigh = (features: Features) => {
      let sum = 0;
      for (const [feature, count] of features) sum += count * (this.#weights.get(feature) ?? 0);
      return sum;
    };
    let shared = 0;
    for (const [feature, count] of a) {
      shared += Math.min(count, b.get(feature) ?? 0) * (this.#weights.get(feature) ?? 0);
    }
    const total = weigh(a) + weigh(b);
    return total === 0 ? 0 : (2 * shared) / total;
  }

  #ownFeatures(own: FunctionText): Features {
    return cached(this.#own, own, () => featuresOf(own.ownTokens));
  }

  #wholeFeatures(own: FunctionText): Features {
    return own.tokens === own.ownTokens
      ? this.#ownFeatures(own)
      : cached(this.#whole, own, () => featuresOf(own.tokens));
  }
}

function cached(cache: Map<FunctionText, Features>, own: FunctionText, make: () => Features): Features {
  const known = cache.get(own) ?? make();
  cache.set(own, known);
  return known;
}

/** Words and literals, and triples of neighbours, each with how often it is there. */
function featuresOf(tokens: readonly string[]): Features {
  const features = new Map<string, number>();
  const add = (feature: string) => features.set(feature, (features.get(feature) ?? 0) + 1);
  for (const [index, token] of tokens.entries()) {
    if (/[\p{L}\p{N}]/u.test(token)) add(token);
    const next = tokens[index + 1];
    const afterNext = tokens[index + 2];
    if (next !== undefined && afterNext !== undefined) add(`${token}\u0001${next}\u0001${afterNext}`);
  }
  return features;
}
