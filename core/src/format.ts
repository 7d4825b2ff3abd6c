/**
 * How numbers read, everywhere a person or a model sees them. Widths are steady: three digits at most before a unit.
 */

const UNIT_STEPS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `0`, `7`, `999`, `1.2k`, `60.2k`, `3.4M`. Whole numbers below a thousand are exact. */
export function formatCount(count: number): string {
  for (const [step, unit] of UNIT_STEPS) {
    // 999 950 would round to "1000.0k": promote it.
    if (count >= step * 0.99995) return trimZero((count / step).toFixed(1)) + unit;
  }
  return String(Math.round(count));
}

/** A rate in the largest unit of time in which it is at least one: `60.2k/min`, `12/h`, `3/day`; `0/min` for none. */
export function formatRate(callsPerMinute: number): string {
  if (callsPerMinute <= 0) return '0/min';
  if (callsPerMinute >= 1) return `${formatSmall(callsPerMinute)}/min`;
  if (callsPerMinute * 60 >= 1) return `${formatSmall(callsPerMinute * 60)}/h`;
  const perDay = callsPerMinute * 1440;
  return perDay >= 1 ? `${formatSmall(perDay)}/day` : '<1/day';
}

/** `0 µs`, `840 µs`, `1.2 ms`, `38 ms`, `1.5 s`, `12 s`, `3.2 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.0009995) return `${formatSignificant(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${formatSignificant(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${formatSignificant(seconds)} s`;
  return `${formatSignificant(seconds / 60)} min`;
}

/** A share 0..1 as `0 %`, `<0.1 %`, `0.4 %`, `12 %`, `100 %`. */
export function formatShare(share: number): string {
  if (share <= 0) return '0 %';
  const percent = share * 100;
  if (percent < 0.1) return '<0.1 %';
  if (percent < 9.95) return `${trimZero(percent.toFixed(1))} %`;
  return `${share < 1 ? Math.min(99, Math.round(percent)) : 100} %`;
}

/** How long ago, or how long: `8 s`, `5 min`, `3 h`, `9 d`. */
export function formatAge(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

function formatSmall(value: number): string {
  return value >= 100 ? formatCount(value) : trimZero(value.toFixed(value < 10 ? 1 : 0));
}

function formatSignificant(value: number): string {
  return value >= 9.95 ? String(Math.round(value)) : trimZero(value.toFixed(1));
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
