import { emptyHistogram, mergeHistograms, type Histogram } from '@hindcast/core/histogram';
import type { CallLink, Shift } from '@hindcast/core/detect/attribution';
import type { CountSubject, Subject } from '@hindcast/core/detect/compareVersions';
import { interpolatedQuantile } from '@hindcast/core/detect/interpolatedQuantile';
import { countAbove, thresholdsOf, type CountMinute, type MinuteFacts } from '@hindcast/core/detect/versionMinutes';
import { normalFrom } from '@hindcast/core/statistics/simulation';
import { bucketIndex, bucketUpperBound } from '@hindcast/proto/durationBuckets';

/** What is planted at one function of the new version. */
export type Planted =
  | { readonly kind: 'latency'; readonly factor: number }
  /** So many of the calls take so many times as long. */
  | { readonly kind: 'tail'; readonly share: number; readonly factor: number }
  | { readonly kind: 'errors'; readonly added: number }
  | { readonly kind: 'calls'; readonly added: number };

export interface Setting {
  readonly callsPerMinute: number;
  readonly isBeside: boolean;
  readonly planted: Planted | undefined;
}

/** A deployment of one service: a tree of functions in two versions, minute by minute. */
export interface SimulatedDeploy {
  readonly root: number;
  /** What `compareVersions` gets after so many minutes of the new version. */
  at(minutes: number): { subjects: Subject[]; counts: CountSubject[]; links: CallLink[]; shifts: Map<string, Shift> };
  /** Callers of the planted function, and itself. */
  readonly above: ReadonlySet<string>;
}

export const FUNCTIONS = 12;
const BEFORE = 60;
const AFTER = 32;
const WARM_UP = 2;
const TREES = 1500;
const SHARE_OF_NEW = 0.25;
const DAY_MINUTES = 1440;
const ERROR_RATE = 0.002;
const QUERIES = 1;

export const keyOf = (fn: number): string => `f${fn}`;

interface MinuteData {
  readonly minute: number;
  readonly calls: number;
  readonly durations: Histogram;
  readonly errors: number;
  readonly queries: number;
}

export function simulateDeploy(random: () => number, { callsPerMinute, isBeside, planted }: Setting): SimulatedDeploy {
  const parents = Array.from({ length: FUNCTIONS }, (_, fn) => (fn === 0 ? -1 : Math.floor(random() * fn)));
  const ownSeconds = parents.map(() => 0.0005 * 2 ** (random() * 6));
  const root = Math.floor(random() * FUNCTIONS);
  const noise = 0.05 + 0.1 * random();
  const startHour = random() * DAY_MINUTES;
  const [old, young] = distributions(random, parents, ownSeconds, root, planted);
  const errorRates = [0, planted?.kind === 'errors' ? planted.added : 0].map((added) => {
    const rates = parents.map((_, fn) => ERROR_RATE / 4 + (fn === root ? added : 0));
    for (let fn = FUNCTIONS - 1; fn > 0; fn--) {
      const parent = parents[fn] ?? 0;
      rates[parent] = 1 - (1 - (rates[parent] ?? 0)) * (1 - (rates[fn] ?? 0));
    }
    return rates;
  });
  // What a minute does to everything in it, and what the time of day does: load, and with it durations.
  let level = 0;
  const factors = new Map<number, number>();
  const factorOf = (minute: number): number => {
    const at = factors.get(minute);
    if (at !== undefined) return at;
    level = 0.3 * level + Math.sqrt(1 - 0.09) * normalFrom(random);
    const factor = Math.exp(noise * level) * (1 + 0.1 * Math.sin((2 * Math.PI * (minute + startHour)) / DAY_MINUTES));
    factors.set(minute, factor);
    return factor;
  };
  const minuteOf = (version: 0 | 1, fn: number, minute: number, share: number): MinuteData => {
    const load = 1 + 0.5 * Math.sin((2 * Math.PI * (minute + startHour)) / DAY_MINUTES);
    const warmUp = version === 1 && minute < WARM_UP ? 3 : version === 1 && minute === WARM_UP ? 1.1 : 1;
    const factor = factorOf(minute) * warmUp * Math.exp(0.02 * normalFrom(random));
    const calls = poisson(random, callsPerMinute * share * load);
    const chances = (version === 0 ? old : young)[fn] ?? [];
    const rate = Math.min(1, (errorRates[version]?.[fn] ?? 0) * factorOf(minute));
    const perCall = fn === root && version === 1 && planted?.kind === 'calls' ? QUERIES + planted.added : QUERIES;
    return {
      ...{ minute, calls, durations: drawHistogram(random, calls, chances, factor) },
      errors: Math.min(calls, poisson(random, calls * rate)),
      queries: poisson(random, calls * perCall),
    };
  };
  const minutes = (version: 0 | 1, from: number, to: number, share: number): MinuteData[][] =>
    parents.map((_, fn) => Array.from({ length: to - from }, (_unused, i) => minuteOf(version, fn, from + i, share)));
  const dayBefore = isBeside ? [] : minutes(0, -DAY_MINUTES + WARM_UP, -DAY_MINUTES + AFTER, 1);
  const baseline = minutes(0, -BEFORE, isBeside ? AFTER : 0, 1);
  const candidate = minutes(1, 0, AFTER, isBeside ? SHARE_OF_NEW : 1);
  const above = new Set<string>();
  for (let fn = root; fn >= 0; fn = parents[fn] ?? -1) above.add(keyOf(fn));
  return {
    root,
    above,
    at: (count) => {
      const shifts = new Map<string, Shift>();
      const counts: CountSubject[] = [];
      const subjects = parents.map((_, fn): Subject => {
        const base = (baseline[fn] ?? []).filter(({ minute }) => minute < count);
        const now = (candidate[fn] ?? []).slice(WARM_UP, count);
        const durations = {
          baseline: mergeHistograms(base.map((it) => it.durations)),
          candidate: mergeHistograms(now.map((it) => it.durations)),
        };
        const thresholds = thresholdsOf(durations.baseline) ?? [];
        const facts = (all: readonly MinuteData[]): MinuteFacts[] =>
          all.map((it) => ({ ...it, timed: it.calls, above: countAbove(it.durations, thresholds) }));
        const asked = (all: readonly MinuteData[]): CountMinute[] =>
          all.map(({ minute, calls, queries }) => ({ minute, calls, events: queries }));
        counts.push({ key: `#${keyOf(fn)}`, baseline: asked(base), candidate: asked(now) });
        shifts.set(keyOf(fn), shiftOf(base, now, durations));
        return {
          ...{ key: keyOf(fn), baseline: facts(base), candidate: facts(now), durations, errors: new Map() },
          sameHours: facts((dayBefore[fn] ?? []).slice(0, count - WARM_UP)),
          known: { errorTypes: new Set(), calls: 0 },
        };
      });
      const links = parents.flatMap((parent, fn) =>
        parent < 0 ? [] : [{ caller: keyOf(parent), callee: keyOf(fn), callsPerCall: 1 }],
      );
      return { subjects, counts, links, shifts };
    },
  };
}

/** Of every function in both versions: how likely each bucket is, by running whole trees of calls. */
function distributions(
  random: () => number,
  parents: readonly number[],
  ownSeconds: readonly number[],
  root: number,
  planted: Planted | undefined,
): [number[][], number[][]] {
  const counts = [0, 1].map(() => parents.map((): number[] => []));
  for (let tree = 0; tree < TREES; tree++) {
    const own = ownSeconds.map((seconds) => seconds * Math.exp(0.6 * normalFrom(random)));
    const isTail = random();
    for (const version of [0, 1]) {
      const totals = [...own];
      for (let fn = FUNCTIONS - 1; fn >= 0; fn--) {
        if (version === 1 && fn === root) totals[fn] = (totals[fn] ?? 0) * slowdown(planted, isTail);
        const parent = parents[fn] ?? -1;
        if (parent >= 0) totals[parent] = (totals[parent] ?? 0) + (totals[fn] ?? 0);
        const bucket = (bucketIndex(totals[fn] ?? 0) ?? 0) - FIRST_BUCKET;
        const of = counts[version]?.[fn];
        if (of) of[bucket] = (of[bucket] ?? 0) + 1 / TREES;
      }
    }
  }
  return [counts[0] ?? [], counts[1] ?? []];
}

/** 2^(-15) s. */
const FIRST_BUCKET = -240;

function slowdown(planted: Planted | undefined, isTail: number): number {
  if (planted?.kind === 'latency') return planted.factor;
  return planted?.kind === 'tail' && isTail < planted.share ? planted.factor : 1;
}

/** Calls of one minute, all of them slower by a factor. */
function drawHistogram(random: () => number, calls: number, chances: readonly number[], factor: number): Histogram {
  if (calls === 0) return emptyHistogram;
  const shift = 16 * Math.log2(factor);
  const whole = Math.floor(shift);
  const part = shift - whole;
  const buckets = new Map<number, number>();
  let left = calls;
  let leftChance = 1;
  let sumSeconds = 0;
  for (let i = 0; i <= chances.length && left > 0; i++) {
    const chance = (chances[i] ?? 0) * (1 - part) + (chances[i - 1] ?? 0) * part;
    if (chance === 0) continue;
    const n = binomial(random, left, Math.min(1, chance / leftChance));
    left -= n;
    leftChance = Math.max(chance, leftChance - chance);
    if (n === 0) continue;
    const index = FIRST_BUCKET + whole + i;
    buckets.set(index, n);
    sumSeconds += n * bucketUpperBound(index);
  }
  return { buckets, zeroCount: 0, count: calls - left, sumSeconds, approximate: false };
}

function binomial(random: () => number, n: number, p: number): number {
  if (p >= 1) return n;
  const mean = n * p;
  if (mean > 20 && n * (1 - p) > 20)
    return Math.min(n, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - p)) * normalFrom(random))));
  if (n > 20 && p < 0.2) return Math.min(n, poisson(random, mean));
  let events = 0;
  for (let i = 0; i < n; i++) if (random() < p) events++;
  return events;
}

function poisson(random: () => number, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normalFrom(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let n = 0;
  while (product > limit) {
    product *= random();
    n++;
  }
  return n;
}

function shiftOf(base: readonly MinuteData[], now: readonly MinuteData[], durations: Subject['durations']): Shift {
  const rate = (all: readonly MinuteData[]): number =>
    all.reduce((sum, it) => sum + it.errors, 0) /
    Math.max(
      1,
      all.reduce((sum, it) => sum + it.calls, 0),
    );
  const mean = ({ count, sumSeconds }: Histogram): number => (count > 0 ? sumSeconds / count : 0);
  return {
    meanSeconds: mean(durations.candidate) - mean(durations.baseline),
    p99Seconds:
      (interpolatedQuantile(durations.candidate, 0.99) ?? 0) - (interpolatedQuantile(durations.baseline, 0.99) ?? 0),
    errorRate: rate(now) - rate(base),
  };
}
