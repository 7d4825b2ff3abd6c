import { expect, test } from 'vitest';
import { isHostPort, resolveCollectorAddress } from './collectorAddress.js';

test.each([
  ['127.0.0.1:4319', true],
  ['localhost:0', true],
  ['[::1]:4319', true],
  ['::1:4319', false],
  ['127.0.0.1', false],
  ['127.0.0.1:70000', false],
  ['http://127.0.0.1:4319', false],
  ['', false],
])('%j is an address: %s', (text, is) => {
  expect(isHostPort(text)).toBe(is);
});

test('what was asked for, the environment, the default', () => {
  const environment = { HINDCAST_COLLECTOR: 'b:2' };
  expect(resolveCollectorAddress('a:1', environment)).toBe('a:1');
  expect(resolveCollectorAddress('nonsense', environment)).toBe('b:2');
  expect(resolveCollectorAddress(undefined, {})).toBe('127.0.0.1:4319');
});
