import { expect, test } from 'vitest';
import { parseIsoDuration } from './isoDuration.js';

test.each([
  ['PT1H', 3600],
  ['pt15m', 900],
  ['P7D', 604_800],
  ['P1DT12H', 129_600],
  ['P2W', 1_209_600],
  ['PT1H30M5S', 5405],
  ['PT0.5S', 0.5],
  ['PT0,5S', 0.5],
  ['PT0S', 0],
  [' PT1H ', 3600],
])('%s is %d seconds', (text, seconds) => {
  expect(parseIsoDuration(text)).toBe(seconds);
});

test.each([
  '',
  'P',
  'PT',
  'P1DT',
  '1h',
  'PT1',
  'PT1D',
  'P1H',
  'P1Y',
  'P1M',
  'PT-1H',
  '-PT1H',
  'PT1.5H',
  'PT1S1M',
  'P 1D',
])('%j is not a duration', (text) => {
  expect(parseIsoDuration(text)).toBeUndefined();
});
