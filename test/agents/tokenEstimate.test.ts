import { estimateTokens } from '@hindcast/server/agents/tokenEstimate';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { readRecording } from './recording.js';

const samples: [string, string][] = [
  [
    'an answer',
    '**createOrder demo/orders/src/app.js:19**\n- 286/min (148 calls) · p50 255 ms, p99 377 ms (100 timed) · 13 % errors (19)\n- Errors: `ValidationError` 13 · `PaymentDeclined` 6\n',
  ],
  [
    'data',
    JSON.stringify({
      function: 'createOrder',
      file: 'demo/orders/src/app.js',
      line: 19,
      calls: 767,
      p99Ms: 361,
      callers: [{ untrusted: 'storefront JsonClient.#request demo/storefront/src/jsonClient.ts:31', calls: 767 }],
    }),
  ],
  ...Object.entries(readRecording('lending').sources),
];

test.each(samples)('%s: not below what a published tokenizer counts, and not far above', (_, text) => {
  const counted = countTokens(text);
  expect(estimateTokens(text)).toBeGreaterThanOrEqual(counted * 0.93);
  expect(estimateTokens(text)).toBeLessThanOrEqual(counted * 1.6 + 10);
});
