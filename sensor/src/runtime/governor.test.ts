import { expect, test } from 'vitest';
import { Detail, Governor } from './governor.js';
import { Control, dropReasons } from './sharedState.js';

/** Much at once counts as an interruption. */
function spend(governor: Governor, milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 0.2) governor.spent(Math.min(0.2, left));
}

function make(share: number) {
  const clocks = { nowMs: 0, cpuMs: 0 };
  const control = new Int32Array(Control.size);
  const governor = new Governor({ control }, share, { now: () => clocks.nowMs, cpuMs: () => clocks.cpuMs });
  return { governor, clocks, drops: () => control[Control.drops + dropReasons.indexOf('governor_samples')] };
}

test('details are paid for until nothing is left, and what is given up is counted', () => {
  const { governor, drops } = make(0.01);
  expect(governor.allows(Detail.duration)).toBe(true);
  spend(governor, 9);
  expect(governor.allows(Detail.duration)).toBe(true);
  spend(governor, 1.1);
  expect([governor.allows(Detail.duration), governor.allows(Detail.first)]).toEqual([false, true]);
  expect(drops()).toBe(1);
});

test('one that was interrupted does not use up what there is', () => {
  const { governor } = make(0.01);
  governor.spent(1_000);
  expect(governor.allows(Detail.further)).toBe(true);
});

test('what tells least is given up first', () => {
  const allowed = (spentMs: number): string[] => {
    const { governor } = make(0.01);
    spend(governor, spentMs);
    return (['first', 'duration', 'rare', 'further'] as const).filter((detail) => governor.allows(Detail[detail]));
  };
  expect(allowed(0)).toEqual(['first', 'duration', 'rare', 'further']);
  expect(allowed(6)).toEqual(['first', 'duration', 'rare']);
  expect(allowed(8)).toEqual(['first', 'duration']);
  expect(allowed(11)).toEqual(['first']);
  expect(allowed(21)).toEqual([]);
});

test('what was overspent is paid back first', () => {
  const { governor, clocks } = make(0.01);
  spend(governor, 15);
  clocks.nowMs = clocks.cpuMs = 400;
  expect(governor.allows(Detail.duration)).toBe(false);
  clocks.nowMs = clocks.cpuMs = 600;
  expect(governor.allows(Detail.duration)).toBe(true);
});

test('a program that does nothing earns a little too, and nobody saves up more than a burst', () => {
  const { governor, clocks } = make(0.01);
  spend(governor, 12);
  clocks.nowMs = 3_000;
  expect(governor.allows(Detail.duration)).toBe(true);
  clocks.nowMs = clocks.cpuMs = 1e9;
  governor.allows(Detail.duration);
  spend(governor, 11);
  expect(governor.allows(Detail.duration)).toBe(false);
});

test('over a long time the cost stays under the share', () => {
  const { governor, clocks } = make(0.02);
  let spent = 0;
  for (let time = 0; time < 100_000; time += 100) {
    clocks.nowMs += 100;
    clocks.cpuMs += 100;
    for (let asked = 0; asked < 200; asked++) {
      if (!governor.allows(Detail.further)) continue;
      governor.spent(0.03);
      spent += 0.03;
    }
  }
  expect(spent / clocks.cpuMs).toBeGreaterThan(0.019);
  expect(spent / clocks.cpuMs).toBeLessThan(0.0205);
});

test('when not everything can be paid for, chance decides: what is asked for late has the same chance', () => {
  const { governor, clocks } = make(0.01);
  const allowed = { early: 0, late: 0 };
  for (let time = 0; time < 200_000; time += 200) {
    clocks.nowMs += 200;
    clocks.cpuMs += 200;
    for (let asked = 0; asked < 400; asked++) {
      if (!governor.allows(Detail.further)) continue;
      governor.spent(0.02);
      if (time > 10_000) allowed[asked < 200 ? 'early' : 'late']++;
    }
  }
  expect(allowed.late / allowed.early).toBeGreaterThan(0.7);
  expect(allowed.late).toBeGreaterThan(10_000);
});
