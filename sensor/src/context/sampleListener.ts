/** Hears of sampled calls while they run. */
export interface SampleListener {
  /** A call of `fn` begins; it stands for `weight` calls. */
  sampled(fn: number, weight: number): void;
  /** The sampled call of `fn` that took so long has ended. */
  ended(fn: number, durationMs: number): void;
}
