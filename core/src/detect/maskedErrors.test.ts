import { expect, it } from 'vitest';
import { maskedErrors, type AskedMinute } from './maskedErrors.js';

const minutes = (of: Partial<AskedMinute>, count = 10): AskedMinute[] =>
  Array.from({ length: count }, (_, minute) => ({ minute, calls: 100, errors: 0, asked: 100, failed: 0, ...of }));
const healthy = minutes({});
const silent = minutes({ failed: 20 });

it.each<[string, AskedMinute[], AskedMinute[], boolean]>([
  ['failures that nobody hears of are masked', healthy, silent, true],
  ['as are those that were passed on before', minutes({ failed: 20, errors: 20 }), silent, true],
  ['those that were masked before are nothing new', silent, silent, false],
  ['those that are passed on are not masked', healthy, minutes({ failed: 20, errors: 19 }), false],
  ['nor when half of them are', healthy, minutes({ failed: 20, errors: 10 }), false],
  ['a few failures are exceptions', healthy, minutes({ failed: 3 }), false],
  ['too few to tell', healthy, minutes({ calls: 5, asked: 5, failed: 1 }), false],
  ['too short to tell', healthy, silent.slice(0, 3), false],
  ['nothing is known of before', [], silent, false],
])('%s', (_, before, after, isMasked) => {
  expect(maskedErrors(before, after) !== undefined).toBe(isMasked);
});

it('takes failures of one call together: asking ten times and failing in one call in a hundred is little', () => {
  const often = minutes({ asked: 1000, failed: 100, errors: 10 });
  expect(maskedErrors(healthy, often)).toBeUndefined();
  expect(maskedErrors(healthy, minutes({ asked: 1000, failed: 500, errors: 0 }))).toMatchObject({
    failedShare: 0.5,
    passedOnBefore: 1,
    isConfirmed: true,
  });
});

it('is confirmed by both halves', () => {
  const late = [...minutes({}, 6), ...minutes({ failed: 40 }, 6)];
  expect(maskedErrors(healthy, late)).toMatchObject({ isConfirmed: false });
});
