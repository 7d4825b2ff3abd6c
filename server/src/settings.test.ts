import { defaultSettings } from '@hindcast/proto/lspMessages';
import { expect, test } from 'vitest';
import { readSettings, windowSeconds } from './settings.js';

const { tls } = defaultSettings.collector;
const defaults = { ...defaultSettings, collector: { address: '', tls } };

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
  [{ collector: { address: '127.0.0.1:9' } }, { collector: { address: '127.0.0.1:9', tls } }],
  [
    { collector: { tls: { enabled: true, caFile: '/ca.pem', keyFile: 5 } } },
    { collector: { address: '', tls: { ...tls, enabled: true, caFile: '/ca.pem' } } },
  ],
  [{ enabled: false }, { enabled: false }],
  [{ heat: { enabled: true } }, { heat: { enabled: true } }],
])('%j', (value, expected) => {
  expect(readSettings(value)).toEqual({ ...defaults, ...expected });
});

test('the window in seconds', () => {
  expect(windowSeconds('PT15M')).toBe(900);
});
