const KEEP = 20_000;

/** The latest durations of one kind of operation, milliseconds; bounded, and it says how many were left out. */
export class Samples {
  #values = [];
  #seen = 0;

  add(milliseconds) {
    this.#values[this.#seen % KEEP] = milliseconds;
    this.#seen++;
  }

  get values() {
    return this.#values;
  }

  get forgotten() {
    return this.#seen - this.#values.length;
  }
}

/** Nearest rank: the smallest value with at least `q` of all values at or below it; null without values. */
export function quantile(values, q) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** Count and quantiles of some durations, milliseconds with two decimals. */
export function summarise(values) {
  const round = (value) => (value === null ? null : Math.round(value * 100) / 100);
  return { samples: values.length, p50Ms: round(quantile(values, 0.5)), p99Ms: round(quantile(values, 0.99)) };
}
