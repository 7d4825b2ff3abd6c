import { expect, test } from 'vitest';
import { entryPointText, perCallText } from './entryPointText.js';

test.each([
  [{ kind: 'http', name: 'POST /checkout' }, 'POST /checkout'],
  [{ kind: 'rpc', name: 'shop.Orders/Place' }, 'shop.Orders/Place'],
  [{ kind: 'queue', name: 'orders' }, 'queue orders'],
  [{ kind: 'timer', name: 'setInterval' }, 'timer setInterval'],
])('%j is %s', (entryPoint, text) => {
  expect(entryPointText(entryPoint)).toBe(text);
});

test.each([
  [20, 10, '2.0 per call'],
  [5, 10, '0.5 per call'],
  [1, 1000, '<0.1 per call'],
  [1234, 100, '12 per call'],
  [3, 0, '3 in all'],
])('%d for %d calls is %s', (dependencyCalls, calls, text) => {
  expect(perCallText(dependencyCalls, calls)).toBe(text);
});
