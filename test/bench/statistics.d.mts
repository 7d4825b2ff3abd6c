export interface Summary {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly n: number;
}
export function quantile(values: readonly number[], q: number): number;
export function summarise(values: readonly number[]): Summary;
export function seededRandom(seed: number): () => number;
export function shuffled<T>(items: readonly T[], random: () => number): T[];
