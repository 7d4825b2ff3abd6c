import { normalUpperTail } from '../statistics/distributions.js';

/** What a call took or made in one minute, on average. */
export interface LevelMinute {
  readonly minute: number;
  readonly calls: number;
  /** Seconds for each call, or calls of something else for each call. */
  readonly level: number;
}

/** A level that has only risen while a version ran. */
export interface Growth {
  /** At the first and at the last minutes, on the fitted line of its logarithm. */
  readonly before: number;
  readonly after: number;
  readonly pValue: number;
}

/** Minutes that are taken together, so that neighbours which are alike count once. */
const BLOCK_MINUTES = 5;
const MIN_BLOCKS = 8;
const MIN_CALLS = 20;
/** After over before. */
const MIN_RATIO = 1.5;
const MAX_P = 0.0002;
/** Of pairs of blocks where the later one had no more load, the share in which it was the higher all the same, less the others'. */
const MIN_TAU = 0.6;
const MORE_LOAD = 1.1;

/**
 * Whether a level grows with the time that a version runs: what a leak, a list that nothing empties or a table without an index does. Blocks of five
 * minutes are compared in pairs (Mann, Econometrica 13, 1945), and the line through their logarithms is Theil's and Sen's; it has to rise by half. A
 * rise is none where the load explains it: among the pairs whose later block had no more calls the later one has to be higher as well. With `beside`,
 * what another version did in the same minutes, or in those a day before, its ratio to that has to rise. Undefined when it does not grow, or when
 * there are less than forty minutes with twenty calls in each five.
 */
export function unboundedGrowth(
  minutes: readonly LevelMinute[],
  beside: readonly LevelMinute[] = [],
): Growth | undefined {
  const own = blocksOf(minutes);
  const other = new Map(blocksOf(beside).map((it) => [it.block, it.level]));
  const isHeld = own.filter(({ block }) => (other.get(block) ?? 0) > 0).length >= MIN_BLOCKS;
  const blocks = isHeld
    ? own.flatMap((it) => {
        const level = other.get(it.block) ?? 0;
        return level > 0 ? [{ ...it, compared: it.level / level }] : [];
      })
    : own.map((it) => ({ ...it, compared: it.level }));
  if (blocks.length < MIN_BLOCKS) return undefined;
  const pairs = blocks.flatMap((early, i) => blocks.slice(i + 1).map((late) => ({ early, late })));
  const higher = (of: typeof pairs): number =>
    of.reduce((sum, { early, late }) => sum + Math.sign(late.compared - early.compared), 0);
  const without = pairs.filter(({ early, late }) => late.calls <= MORE_LOAD * early.calls);
  if (without.length < blocks.length || higher(without) < MIN_TAU * without.length) return undefined;
  const n = blocks.length;
  const score = (higher(pairs) - 1) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const pValue = normalUpperTail(score);
  const slope = median(
    pairs.map(({ early, late }) => Math.log(late.compared / early.compared) / (late.block - early.block)),
  );
  const rise = Math.exp(slope * ((blocks.at(-1)?.block ?? 0) - (blocks[0]?.block ?? 0)));
  if (pValue > MAX_P || rise < MIN_RATIO) return undefined;
  const middle = median(blocks.map(({ level }) => level));
  return { before: middle / Math.sqrt(rise), after: middle * Math.sqrt(rise), pValue };
}

/** Means over blocks, in the order of time; those of too few calls are left out. */
function blocksOf(minutes: readonly LevelMinute[]): { block: number; calls: number; level: number }[] {
  const blocks = new Map<number, { calls: number; sum: number }>();
  for (const { minute, calls, level } of minutes) {
    const block = Math.floor(minute / BLOCK_MINUTES);
    const at = blocks.get(block) ?? { calls: 0, sum: 0 };
    blocks.set(block, { calls: at.calls + calls, sum: at.sum + calls * level });
  }
  return [...blocks]
    .map(([block, { calls, sum }]) => ({ block, calls, level: sum / calls }))
    .filter(({ calls, level }) => calls >= MIN_CALLS && level > 0)
    .sort((a, b) => a.block - b.block);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
}
