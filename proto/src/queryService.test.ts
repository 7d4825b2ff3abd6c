import { expect, test } from 'vitest';
import { hindcast } from './generated/query.js';
import { queryServiceDefinition } from './queryService.js';

test('64-bit counts are plain numbers on both sides', () => {
  const { responseSerialize, responseDeserialize } = queryServiceDefinition.watch;
  const bytes = responseSerialize(new hindcast.v1.WatchResponse({ generation: Number.MAX_SAFE_INTEGER }));
  expect(responseDeserialize(bytes).generation).toBe(Number.MAX_SAFE_INTEGER);
});

test('a count that was not set is the number zero', () => {
  const { responseDeserialize } = queryServiceDefinition.watch;
  expect(responseDeserialize(Buffer.alloc(0)).generation).toBe(0);
});
