import { expect, test } from 'vitest';
import { isTestCode } from './testCode.js';

test.each([
  ['test/orders.js', true],
  ['packages/a/__tests__/x.ts', true],
  ['src/orders.test.ts', true],
  ['src/orders_test.go', true],
  ['app/test_orders.py', true],
  ['src/OrdersTest.java', true],
  ['spec/orders_spec.rb', true],
  ['src/orders.ts', false],
  ['src/latest/orders.ts', false],
  ['src/contest.ts', false],
  ['src/testCode.ts', false],
  ['attest.py', false],
])('%s: %s', (path, expected) => {
  expect(isTestCode(path)).toBe(expected);
});
