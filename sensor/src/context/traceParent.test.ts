import { describe, expect, test } from 'vitest';
import { parseTraceParent } from './traceParent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('traceparent', () => {
  test('is read where it is valid, later versions too', () => {
    for (const header of [`00-${traceId}-00f067aa0ba902b7-01`, `cc-${traceId}-00f067aa0ba902b7-00-more`]) {
      expect(parseTraceParent(header)).toEqual({ header, traceId });
    }
  });

  test.each([
    undefined,
    ['00'],
    '',
    `ff-${traceId}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${traceId}-00f067aa0ba902b7`,
    `00-${traceId}-00f067aa0ba902b7-011`,
    `00-${traceId}-00f067aa0ba902b7-01, 00-${traceId}-00f067aa0ba902b7-01`,
    `00-${traceId}-00f067aa0ba902b7-01${'-x'.repeat(1000)}`,
  ])('is not read from %j', (header) => {
    expect(parseTraceParent(header)).toBeUndefined();
  });
});
