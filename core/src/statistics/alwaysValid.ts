import { normalUpperTail } from './distributions.js';

/** Minutes around which the test below is sharpest: what it asks for hardly rises from the fifth minute to the sixtieth. */
const SHARPEST_MINUTES = 1;

/**
 * A p-value that holds however often one looks: of a series of looks at growing data, the chance that it is ever at most p where there is nothing is at
 * most p. It is the inverse of a mixture of likelihood ratios over the sizes that an increase may have (Robbins, Ann. Math. Stat. 41, 1970;
 * Howard, Ramdas, McAuliffe and Sekhon, Ann. Statist. 49, 2021): half a normal distribution, for only increases count.
 * @param pValue one-sided, of one look
 * @param minutes information that the look rests on: for n minutes against m others, nm / (n + m)
 */
export function alwaysValidPValue(pValue: number, minutes: number): number {
  const score = normalScore(pValue);
  const gathered = minutes / SHARPEST_MINUTES;
  const weight = gathered / (1 + gathered);
  const logRatio =
    Math.log(2 * (1 - normalUpperTail(score * Math.sqrt(weight)))) +
    (weight * score * score) / 2 -
    Math.log1p(gathered) / 2;
  return Math.min(1, Math.exp(-logRatio));
}

/** The standard normal score that is exceeded with this chance, between -37 and 37: beyond these, chances are no numbers. */
export function normalScore(chance: number): number {
  if (!(chance > 0)) return MAX_SCORE;
  if (chance > 0.5) return chance >= 1 ? -MAX_SCORE : -normalScore(1 - chance);
  let score = Math.sqrt(Math.max(0, -2 * Math.log(2 * chance)));
  // Newton's method for the logarithm of the tail, which is almost a parabola.
  for (let i = 0; i < 6; i++) {
    const tail = normalUpperTail(score);
    const density = Math.exp((-score * score) / 2) / Math.sqrt(2 * Math.PI);
    score += ((Math.log(tail) - Math.log(chance)) * tail) / density;
  }
  return Math.min(MAX_SCORE, score);
}

const MAX_SCORE = 37;
