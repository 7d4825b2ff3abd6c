import { expect, it } from 'vitest';
import { fuzzReceivers } from './fuzzReceivers.js';

it('takes or refuses whatever comes', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { inputs, accepted, refused } = await fuzzReceivers(20_000, seed, () => undefined);
  const total = Object.values(refused).reduce((sum, count) => sum + count, accepted);
  expect({ seed, total }).toEqual({ seed, total: inputs });
  // Inputs that are all refused at once would test nothing.
  expect(accepted).toBeGreaterThan(inputs / 20);
  expect(refused['malformed']).toBeGreaterThan(inputs / 20);
});
