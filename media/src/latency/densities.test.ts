import type { VersionLatency } from '@hindcast/proto/webviewMessages';
import { describe, expect, it } from 'vitest';
import { densities, shareBelow } from './densities.js';

const version = (bucketIndexes: number[], bucketCounts: number[], zeroCount = 0): VersionLatency => ({
  version: '1',
  environment: '',
  calls: 0,
  errors: 0,
  firstSeenMs: null,
  lastSeenMs: null,
  bucketIndexes,
  bucketCounts,
  zeroCount,
  timed: zeroCount + bucketCounts.reduce((a, b) => a + b, 0),
  meanSeconds: null,
  p50Seconds: null,
  p90Seconds: null,
  p99Seconds: null,
  isApproximate: false,
});

describe('densities', () => {
  it('puts all versions on one axis and shares each one’s calls', () => {
    const { domain, steps } = densities([version([-16, 0], [1, 3]), version([16], [5])]);
    expect(domain?.[0]).toBeLessThanOrEqual(0.5);
    expect(domain?.[1]).toBeGreaterThanOrEqual(2);
    for (const own of steps) expect(own.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(steps[0]?.length).toBe(steps[1]?.length);
    expect(steps[0]?.find(({ fromSeconds }) => fromSeconds === 1)?.share).toBe(0.75);
  });

  it('joins buckets of a wide range, and never loses a call', () => {
    const wide = version([-300, -100, 0, 100], [1, 2, 3, 4]);
    const { steps } = densities([wide]);
    expect(steps[0]?.length).toBeLessThanOrEqual(73);
    expect(steps[0]?.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('knows no axis when nothing was timed', () => {
    expect(densities([version([], [])])).toEqual({ domain: undefined, steps: [[]] });
  });
});

describe('the share below a duration', () => {
  const own = version([0, 16], [3, 1], 4);

  it.each([
    [0.5, 0.5],
    [1, 0.5],
    [2 ** (1 / 16), 0.875],
    [2, 0.875],
    [4, 1],
  ])('at most %d s: %d', (seconds, share) => {
    expect(shareBelow(own, seconds)).toBeCloseTo(share);
  });
});
