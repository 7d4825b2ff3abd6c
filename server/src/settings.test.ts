import { defaultSettings } from '@hindcast/proto/lspMessages';
import { expect, test } from 'vitest';
import { readSettings, windowSeconds } from './settings.js';

const defaults = { ...defaultSettings, collector: { address: '' } };

test.each([
  undefined,
  null,
  7,
  'x',
  [],
  {},
  { inlayHints: true, window: 5, minimumCallsPerMinute: -1, collector: null },
])('%j means the defaults', (value) => {
  expect(readSettings(value)).toEqual(defaults);
});

test.each([
  [{ inlayHints: { enabled: false } }, { inlayHints: { enabled: false } }],
  [{ window: 'P7D' }, { window: 'P7D' }],
  [{ window: 'one hour' }, { window: 'PT1H' }],
  [{ window: 'PT0S' }, { window: 'PT1H' }],
  [{ window: 'P401D' }, { window: 'PT1H' }],
  [{ minimumCallsPerMinute: 0 }, { minimumCallsPerMinute: 0 }],
  [{ service: ' shop ' }, { service: 'shop' }],
  [{ collector: { address: '127.0.0.1:9' } }, { collector: { address: '127.0.0.1:9' } }],
])('%j', (value, expected) => {
  expect(readSettings(value)).toEqual({ ...defaults, ...expected });
});

test('the window in seconds', () => {
  expect(windowSeconds(readSettings({ window: 'PT15M' }))).toBe(900);
});
