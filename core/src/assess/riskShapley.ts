/** A base that factors multiply. */
export interface Product {
  readonly base: number;
  /** Each at least 1; 1 changes nothing. */
  readonly factors: readonly number[];
}

/** What every factor, and the bases together, add to a value; they add up to it. */
export interface ProductShares {
  readonly ofProduct: number;
  readonly ofFactors: readonly number[];
}

/**
 * Shapley's value (Contributions to the Theory of Games II, 1953) of the game whose players are the bases together and each factor over all
 * products: a coalition is worth `valueOf` the sum of the products, with the factors outside it taken as 1, and nothing without the bases. It
 * is exact: there are few factors, so every coalition is asked. With a `valueOf` that rises from 0 no share is negative.
 */
export function shapleyOfProducts(
  products: readonly Product[],
  factorCount: number,
  valueOf: (sum: number) => number,
): ProductShares {
  const coalitions = 2 ** factorCount;
  const sums = new Float64Array(coalitions);
  const one = new Float64Array(coalitions);
  for (const { base, factors } of products) {
    one[0] = base;
    for (let set = 1; set < coalitions; set++) {
      const lowest = 31 - Math.clz32(set & -set);
      one[set] = (one[set & (set - 1)] ?? 0) * (factors[lowest] ?? 1);
    }
    for (let set = 0; set < coalitions; set++) sums[set] = (sums[set] ?? 0) + (one[set] ?? 0);
  }
  const worth = sums.map(valueOf);
  const ofFactors = new Array<number>(factorCount).fill(0);
  let ofProduct = 0;
  const players = factorCount + 1;
  for (let set = 0; set < coalitions; set++) {
    // The bases join a set of factors; a factor joins a set with the bases: without them it adds nothing.
    const size = bitCount(set);
    ofProduct += (worth[set] ?? 0) * joinWeight(size, players);
    for (let factor = 0; factor < factorCount; factor++) {
      if (set & (1 << factor)) continue;
      const gain = (worth[set | (1 << factor)] ?? 0) - (worth[set] ?? 0);
      ofFactors[factor] = (ofFactors[factor] ?? 0) + gain * joinWeight(size + 1, players);
    }
  }
  return { ofProduct, ofFactors };
}

/** The share of orders in which a player comes just after a given set of others: size! (players - size - 1)! / players!. */
function joinWeight(size: number, players: number): number {
  let weight = 1 / players;
  for (let i = 1; i <= size; i++) weight *= i / (players - i);
  return weight;
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest &= rest - 1) count++;
  return count;
}
