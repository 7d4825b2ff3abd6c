import { expect, test } from 'vitest';
import { Governor } from './governor.js';
import { RememberedCallers } from './rememberedCallers.js';
import { Control } from './sharedState.js';

function make() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const governor = new Governor({ control: new Int32Array(Control.size) }, 0.01, { now, cpuMs: now });
  return { clock, governor, remembered: new RememberedCallers(governor, now) };
}

test('few calls are all looked at, whoever makes them', () => {
  const { remembered } = make();
  const statement = {};
  const callers = [1, 2, 1, 1, 3, 1, 2];
  expect(callers.map((caller) => remembered.callerOf(statement, () => caller))).toEqual(callers);
});

test('a caller that is certain is looked up seldom, and again after a pause', () => {
  const { remembered, clock } = make();
  const statement = {};
  let looks = 0;
  const look = () => {
    looks++;
    return 7;
  };
  for (let i = 0; i < 10_000; i++) expect(remembered.callerOf(statement, look)).toBe(7);
  expect(looks).toBeGreaterThan(33);
  expect(looks).toBeLessThan(2_000);
  const before = looks;
  clock.ms += 20;
  remembered.callerOf(statement, look);
  expect(looks).toBe(before + 1);
});

test('over the budget, calls count as those of the last caller that was found', () => {
  const { remembered, governor } = make();
  const statement = {};
  expect(remembered.callerOf(statement, () => 1)).toBe(1);
  for (let i = 0; i < 55; i++) governor.spent(0.2);
  expect(remembered.callerOf(statement, () => 2)).toBe(1);
  // Where nothing is known at all, a look is made on credit,
  expect(remembered.callerOf({}, () => 2)).toBe(2);
  for (let i = 0; i < 55; i++) governor.spent(0.2);
  // up to a point.
  expect(remembered.callerOf({}, () => 2)).toBe(-1);
});
