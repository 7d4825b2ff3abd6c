/** What one block of work cost; see rounds.mjs. */
export interface Cost {
  readonly cpuMs: number;
  readonly blockCpuMs: number;
  readonly requests: number;
  readonly latenciesMs: readonly number[];
  readonly wallMs: number;
  readonly rssMb: number;
}
export interface Measured {
  readonly rounds: readonly Readonly<Record<string, Cost>>[];
  readonly startups: readonly Readonly<Record<string, number>>[];
}
export interface Spread {
  readonly p10: number | null;
  readonly p90: number | null;
  readonly n: number;
}
export type FigureName = 'cpuRatio' | 'throughputRatio' | 'p99Ratio' | 'rssDeltaMb' | 'startupDeltaMs';
export type Figures = Readonly<Record<FigureName, number | null>> & {
  readonly spread: Readonly<Record<FigureName, Spread>> & {
    readonly cpuWhileLoadedRatio: Spread & { readonly median: number | null };
  };
};
export function figuresOf(name: string, measured: Measured): Figures;
