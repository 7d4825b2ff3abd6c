import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RefreshThrottle } from './refreshThrottle.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first refreshes come quickly, later ones seldom, and changes in between count once', () => {
  const times: number[] = [];
  const start = performance.now();
  const throttle = new RefreshThrottle(() => times.push(Math.round((performance.now() - start) / 1000)));
  for (let second = 0; second < 60; second++) {
    throttle.changed();
    throttle.changed();
    vi.advanceTimersByTime(1000);
  }
  expect(times).toEqual([0, 2, 4, 6, 8, 23, 38, 53]);
});

test('a change after a long pause is shown at once, and nothing after the end', () => {
  let refreshes = 0;
  const throttle = new RefreshThrottle(() => refreshes++);
  throttle.changed();
  vi.advanceTimersByTime(60_000);
  throttle.changed();
  vi.advanceTimersByTime(1);
  expect(refreshes).toBe(2);
  throttle.changed();
  throttle.stop();
  vi.advanceTimersByTime(60_000);
  expect(refreshes).toBe(2);
});
