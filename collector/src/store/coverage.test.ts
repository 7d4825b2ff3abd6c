import { describe, expect, it } from 'vitest';
import { coverageOf, coveredSeconds } from './coverage.js';

const seconds = (startMs: number, endMs: number): number =>
  coverageOf({ startMs, endMs }).reduce((sum, { low, high }) => sum + coveredSeconds(low, high), 0);

describe('covered seconds', () => {
  it.each([
    [0, 60_000, 60],
    [0, 61_000, 61],
    [29_000, 31_000, 2],
    [59_000, 121_000, 62],
    [100, 300, 1],
    [0, 0, 0],
    [5_000, 4_000, 0],
  ])('from %i to %i ms', (startMs, endMs, expected) => {
    expect(seconds(startMs, endMs)).toBe(expected);
  });

  it('of intervals that follow each other are counted once', () => {
    const bounds = [0, 10_400, 20_700, 31_499, 45_500, 60_000];
    expect(bounds.slice(1).reduce((sum, end, i) => sum + seconds(bounds[i] ?? 0, end), 0)).toBe(60);
  });
});
