/** Traffic for tests of statistics: minutes that differ by more than chance, from a seed. */
import type { MinuteCounts } from './minuteCounts.js';

/** Numbers from 0 to below 1, the same ones for the same seed: a 32-bit xorshift-multiply generator. */
export function randomFrom(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A normally distributed number: Box and Muller. */
export function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface Traffic {
  readonly minutes: number;
  readonly callsPerMinute: number;
  /** Share of calls that are events, in an ordinary minute. */
  readonly rate: number;
  /** By how much minutes vary: 0.15 is 15 %. */
  readonly noise: number;
  /** How alike neighbouring minutes are, 0 to below 1. */
  readonly persistence?: number;
}

/** What minutes do to everything that runs in them: a factor for each. */
export function minuteFactors(random: () => number, { minutes, noise, persistence = 0 }: Traffic): number[] {
  let level = normalFrom(random);
  return Array.from({ length: minutes }, () => {
    level = persistence * level + Math.sqrt(1 - persistence ** 2) * normalFrom(random);
    return Math.exp(noise * level - noise ** 2 / 2);
  });
}

export function simulatedMinute(random: () => number, calls: number, rate: number): MinuteCounts {
  let events = 0;
  for (let i = 0; i < calls; i++) if (random() < rate) events++;
  return { events, calls };
}

export function simulatedMinutes(random: () => number, traffic: Traffic): MinuteCounts[] {
  return minuteFactors(random, traffic).map((factor) =>
    simulatedMinute(random, traffic.callsPerMinute, traffic.rate * factor),
  );
}
