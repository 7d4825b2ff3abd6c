import type { FeatureTable, Features } from './featureTable.js';
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

/**
 * How alike functions of two sides are: weighted Dice over their words and triples of tokens, where what few functions have
 * weighs more. 1 is the same text, 0 nothing in common. Deterministic and symmetric.
 */
export class Similarity {
  readonly #table: FeatureTable;
  readonly #to: readonly FunctionText[];
  /** By number of a feature. */
  readonly #weights: Float64Array;
  readonly #sums = new Map<Features, number>();
  /** By number of a feature: places in `#to`. */
  readonly #byFeature: (number[] | undefined)[] = [];
  readonly #candidates = new Map<FunctionText, readonly Candidate[]>();
  readonly #known = new Map<FunctionText, Map<FunctionText, number>>();
  /** By place in `#to`; all 0 between two questions. */
  readonly #shared: Float64Array;
  /** By number of a feature; all 0 between two questions. */
  readonly #counts: Int32Array;

  /** @param from the functions that are looked for, @param to those among which they are */
  constructor(from: readonly FunctionText[], to: readonly FunctionText[], table: FeatureTable) {
    this.#table = table;
    this.#to = to;
    const [featuresFrom, featuresTo] = [from, to].map((side) => side.map((own) => this.#allFeatures(own)));
    const [inFrom, inTo] = [featuresFrom, featuresTo].map((all = []) => {
      const count = new Int32Array(table.size);
      for (const features of all) for (const id of features) count[id] = (count[id] ?? 0) + 1;
      return count;
    });
    const total = Math.max(from.length, to.length) + 8;
    this.#weights = new Float64Array(table.size);
    for (let id = 0; id < table.size; id++) {
      // Less for what more functions have, on the side that has more of them.
      const functions = Math.max(inFrom?.[id] ?? 0, inTo?.[id] ?? 0);
      if (functions > 0) this.#weights[id] = Math.log(1 + total / functions);
    }
    for (const [place, features] of (featuresTo ?? []).entries()) {
      for (const id of features) {
        if ((inTo?.[id] ?? 0) > MAX_COMMON) continue;
        const having = this.#byFeature[id];
        if (having) having.push(place);
        else this.#byFeature[id] = [place];
      }
    }
    this.#shared = new Float64Array(to.length);
    this.#counts = new Int32Array(table.size);
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
    const touched: number[] = [];
    for (const id of this.#table.own(from).ids) {
      const weight = this.#weights[id] ?? 0;
      for (const place of this.#byFeature[id] ?? []) {
        const shared = this.#shared[place] ?? 0;
        if (shared === 0) touched.push(place);
        this.#shared[place] = shared + weight;
      }
    }
    const best = this.#likeliest(touched);
    for (const place of touched) this.#shared[place] = 0;
    const found = best
      .flatMap((place) => this.#to[place] ?? [])
      .map((to) => ({ to, similarity: this.of(from, to) }))
      .sort((a, b) => b.similarity - a.similarity);
    this.#candidates.set(from, found);
    return found;
  }

  /** Those that share most, the most first; of equals the earlier. */
  #likeliest(touched: readonly number[]): readonly number[] {
    const best: number[] = [];
    for (const place of touched) {
      const shared = this.#shared[place] ?? 0;
      let at = best.length;
      while (at > 0 && (this.#shared[best[at - 1] ?? 0] ?? 0) < shared) at--;
      if (at >= MAX_CANDIDATES) continue;
      best.splice(at, 0, place);
      if (best.length > MAX_CANDIDATES) best.pop();
    }
    return best;
  }

  #compare(from: FunctionText, to: FunctionText): number {
    const isOwn = Math.min(from.ownTokens.length, to.ownTokens.length) >= MIN_OWN_TOKENS;
    const a = isOwn ? this.#table.own(from) : this.#table.whole(from);
    const b = isOwn ? this.#table.own(to) : this.#table.whole(to);
    const counts = this.#counts;
    for (let at = 0; at < b.ids.length; at++) counts[b.ids[at] ?? 0] = b.counts[at] ?? 0;
    let shared = 0;
    for (let at = 0; at < a.ids.length; at++) {
      const id = a.ids[at] ?? 0;
      shared += Math.min(a.counts[at] ?? 0, counts[id] ?? 0) * (this.#weights[id] ?? 0);
    }
    for (const id of b.ids) counts[id] = 0;
    const total = this.#weigh(a) + this.#weigh(b);
    return total === 0 ? 0 : (2 * shared) / total;
  }

  #weigh(features: Features): number {
    const known = this.#sums.get(features);
    if (known !== undefined) return known;
    let sum = 0;
    for (let at = 0; at < features.ids.length; at++) {
      sum += (features.counts[at] ?? 0) * (this.#weights[features.ids[at] ?? 0] ?? 0);
    }
    this.#sums.set(features, sum);
    return sum;
  }

  /** Each once. */
  #allFeatures(own: FunctionText): Iterable<number> {
    const [features, whole] = [this.#table.own(own), this.#table.whole(own)];
    return features === whole ? features.ids : new Set([...features.ids, ...whole.ids]);
  }
}
