import { expect, test } from 'vitest';
import { Governor } from './governor.js';
import { Control, dropReasons } from './sharedState.js';

function make(share: number) {
  const clocks = { nowMs: 0, cpuMs: 0 };
  const control = new Int32Array(Control.size);
  const governor = new Governor({ control }, share, { now: () => clocks.nowMs, cpuMs: () => clocks.cpuMs });
  return { governor, clocks, drops: () => control[Control.drops + dropReasons.indexOf('governor_samples')] };
}

test('samples are taken until the budget of the window is spent, and what is given up is counted', () => {
  const { governor, drops } = make(0.01);
  expect(governor.allows()).toBe(true);
  governor.spent(4);
  expect(governor.allows()).toBe(true);
  governor.spent(4);
  expect([governor.allows(), governor.allows()]).toEqual([false, false]);
  expect(drops()).toBe(2);
});

test('a busy process has its share, and pays back what was overspent', () => {
  const { governor, clocks } = make(0.01);
  governor.allows();
  governor.spent(9);
  clocks.nowMs = 1_000;
  clocks.cpuMs = 2_000;
  expect(governor.allows()).toBe(true);
  governor.spent(15.9);
  expect(governor.allows()).toBe(true);
  governor.spent(0.2);
  expect(governor.allows()).toBe(false);
});

test('over many windows the cost stays under the share', () => {
  const { governor, clocks } = make(0.02);
  let spent = 0;
  for (let window = 0; window < 100; window++) {
    clocks.nowMs += 1_000;
    clocks.cpuMs += 1_000;
    while (governor.allows()) {
      governor.spent(0.03);
      spent += 0.03;
    }
  }
  expect(spent / clocks.cpuMs).toBeGreaterThan(0.019);
  expect(spent / clocks.cpuMs).toBeLessThan(0.0201);
});
