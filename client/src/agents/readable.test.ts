import { expect, it } from 'vitest';
import { readable } from './readable.js';

it('keeps lists together and what is none apart', () => {
  expect(readable('1 function.\n**serve a.ts:8**\n- 5/min\n- Errors: none\nAs of now.\nNext: nothing.')).toBe(
    '1 function.\n\n**serve a.ts:8**\n\n- 5/min\n- Errors: none\n\nAs of now.\n\nNext: nothing.',
  );
});
