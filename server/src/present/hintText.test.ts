import { expect, it } from 'vitest';
import type { FunctionTotals } from './functionTotals.js';
import { totalsText } from './hintText.js';

const thresholds = { minimumCallsPerMinute: 1, minimumP99Ms: 100 };

/** `calls` over a number of minutes. */
function totals(calls: number, minutes: number, more: Partial<FunctionTotals> = {}): FunctionTotals {
  const { errors = 0 } = more;
  return {
    calls,
    callsPerMinute: calls / minutes,
    errors,
    errorRate: errors / calls,
    p99Seconds: undefined,
    services: 1,
    isEdited: false,
    isUnsure: false,
    ...more,
  };
}

it.each<[string, FunctionTotals, string | undefined]>([
  ['hot and quick', totals(3_612_000, 60, { p99Seconds: 0.012 }), '60.2k/min · p99 12 ms'],
  [
    'hot and failing: the share, not the duration',
    totals(6000, 60, { errors: 126, p99Seconds: 0.5 }),
    '100/min · 2.1 % err',
  ],
  ['never timed', totals(300, 5), '60/min'],
  ['at the threshold', totals(60, 60), '1/min'],
  ['below it', totals(59, 60), undefined],
  ['below it, but slow', totals(2, 60, { p99Seconds: 0.1 }), '2/h · p99 100 ms'],
  ['below it, and not slow enough', totals(2, 60, { p99Seconds: 0.0999 }), undefined],
  ['once at the start: no rate can be told, and nothing is notable', totals(1, 0.4, { p99Seconds: 0.004 }), undefined],
  ['once at the start, and it failed', totals(1, 0.4, { errors: 1 }), '1 call · 100 % err'],
  ['four in half a minute', totals(4, 0.5, { p99Seconds: 2 }), '4 calls · p99 2 s'],
  ['five in half a minute', totals(5, 0.5), '10/min'],
  ['in several services', totals(300, 5, { services: 2 }), 'Σ 60/min'],
  ['measured before an edit', totals(300, 5, { isEdited: true, isUnsure: true }), '60/min · edited'],
  ['perhaps another function', totals(300, 5, { isUnsure: true }), '60/min ?'],
])('%s', (_, own, text) => expect(totalsText(own, thresholds)).toBe(text));
