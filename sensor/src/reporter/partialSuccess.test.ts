import { expect, test } from 'vitest';
import { readPartialSuccess } from './partialSuccess.js';
import { encode } from './protobufWriter.js';

const answer = (partialSuccess?: { rejectedDataPoints?: number; errorMessage?: string }): Uint8Array =>
  encode((response) => {
    if (!partialSuccess) return;
    response.nested(1, (part) => {
      if (partialSuccess.rejectedDataPoints !== undefined) part.uint(1, partialSuccess.rejectedDataPoints);
      if (partialSuccess.errorMessage !== undefined) part.string(2, partialSuccess.errorMessage);
    });
  });

test.each([
  ['nothing', new Uint8Array(), 0, ''],
  ['full success', answer(), 0, ''],
  ['a remark', answer({ errorMessage: 'careful' }), 0, 'careful'],
  ['some refused', answer({ rejectedDataPoints: 3, errorMessage: 'too old' }), 3, 'too old'],
  ['many refused', answer({ rejectedDataPoints: 3_000_000_000 }), 3_000_000_000, ''],
])('%s', (_, bytes, rejected, message) => {
  expect(readPartialSuccess(bytes)).toEqual({ rejected, message });
});

test('whatever it is, it is read', () => {
  const whole = answer({ rejectedDataPoints: 300, errorMessage: 'no' });
  for (let length = 0; length < whole.length; length++) {
    expect(readPartialSuccess(whole.subarray(0, length))).toEqual({ rejected: 0, message: '' });
  }
  for (let byte = 0; byte < 256; byte++) readPartialSuccess(Uint8Array.of(byte, byte, byte));
});
