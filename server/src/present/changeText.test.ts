import type { AssessedFunction, Assessment, CallCost } from '@hindcast/core/assess/assessment';
import type { Exposure } from '@hindcast/core/assess/functionChange';
import { expect, test } from 'vitest';
import { changeLensText, sinceText } from './changeText.js';

const call = (more: Partial<CallCost> = {}): CallCost => ({
  kind: 'database',
  target: 'db.query',
  loopDepth: 0,
  isAwaited: true,
  perCall: 1,
  perMinute: 40_100,
  secondsEach: undefined,
  ...more,
});
const ran: Exposure = {
  state: 'ran',
  callsPerMinute: 40_100,
  entryPoints: [],
  criticalPathShare: undefined,
  slackSeconds: undefined,
  services: ['orders'],
  errorRate: undefined,
  p50Seconds: undefined,
  p99Seconds: undefined,
  lastRanMs: undefined,
  versions: 1,
};
const unknown: Exposure = { ...ran, state: 'unknown', callsPerMinute: 0 };
const changed = (more: Partial<AssessedFunction> = {}): AssessedFunction => ({
  file: 'src/orders.js',
  name: 'placeOrder',
  line: 6,
  kind: 'changed',
  structure: {
    addedCalls: [],
    removedCalls: [],
    awaits: 0,
    loops: 0,
    branches: 0,
    throws: 0,
    catches: 0,
    tokensChanged: 1,
    tokensBefore: 9,
  },
  exposure: ran,
  was: undefined,
  confidence: 'high',
  reason: '',
  addedCalls: [],
  removedCalls: [],
  contribution: 34.2,
  ...more,
});
const assessment = (more: Partial<Assessment> = {}): Assessment => ({
  base: 'a'.repeat(40),
  baseIs: 'deployed',
  baseNote: '',
  head: 'working tree',
  asOfMs: undefined,
  windowSeconds: 3600,
  exposureNote: '',
  filesChanged: 1,
  functions: [],
  unmatched: [],
  risk: 34.2,
  factors: [],
  ...more,
});
const text = (own: Partial<AssessedFunction>, whole: Partial<Assessment> = {}) =>
  changeLensText(changed(own), assessment(whole), '1.4.2');

test.each<[string, Partial<AssessedFunction>, string]>([
  ['two calls', { addedCalls: [call(), call()] }, 'changed since 1.4.2 · risk 34 · +2 DB calls × 40.1k/min'],
  [
    'a call taken out',
    { removedCalls: [call({ kind: 'http' })] },
    'changed since 1.4.2 · risk 34 · −1 HTTP call × 40.1k/min',
  ],
  [
    'a loop of unknown length',
    { addedCalls: [call({ loopDepth: 1, perCall: undefined })] },
    'changed since 1.4.2 · risk 34 · +1 DB call in a loop × 40.1k/min',
  ],
  [
    'a loop that production shows',
    { addedCalls: [call({ loopDepth: 1, perCall: 3.2 })] },
    'changed since 1.4.2 · risk 34 · +3.2 DB calls × 40.1k/min',
  ],
  [
    'a branch',
    { addedCalls: [call({ isConditional: true })] },
    'changed since 1.4.2 · risk 34 · up to +1 DB call × 40.1k/min',
  ],
  ['own functions', { addedCalls: [call({ kind: 'function' })] }, 'changed since 1.4.2 · risk 34'],
  [
    'many kinds',
    { addedCalls: [call(), call({ kind: 'cache' }), call({ kind: 'queue' }), call({ kind: 'rpc' })] },
    'changed since 1.4.2 · risk 34 · +1 DB call × 40.1k/min · +1 cache call × 40.1k/min · 2 more',
  ],
  ['never called', { exposure: unknown, addedCalls: [call()] }, 'changed since 1.4.2 · risk 34 · +1 DB call'],
  [
    'a new function with consequences',
    { kind: 'added', addedCalls: [call()] },
    'new since 1.4.2 · risk 34 · +1 DB call × 40.1k/min',
  ],
])('%s', (_, own, expected) => {
  expect(text(own)).toBe(expected);
});

test('a part of a larger risk says of what', () => {
  expect(text({ contribution: 12.4 }, { risk: 60 })).toBe('changed since 1.4.2 · risk 12 of 60');
});

test.each<[string, Partial<AssessedFunction>, Partial<Assessment>]>([
  ['what is only laid out anew', { kind: 'reformatted', contribution: 0 }, {}],
  ['what is only moved', { kind: 'moved', contribution: 0 }, {}],
  ['what is gone', { kind: 'removed' }, {}],
  ['new code without consequences', { kind: 'added', contribution: 0 }, {}],
  ['anything while production is not known', {}, { exposureNote: 'Nobody was asked.' }],
])('nothing is said about %s', (_, own, whole) => {
  expect(text(own, whole)).toBeUndefined();
});

test.each([
  ['a version that runs it', 'deployed', { ['a'.repeat(40)]: '1.4.2' }, '1.4.2'],
  ['a version whose commit is shortened', 'deployed', { aaaaaaaa: '1.4.2' }, '1.4.2'],
  ['a deployed commit without version', 'deployed', { ['a'.repeat(40)]: '' }, 'aaaaaaaaaa'],
  ['no deployed commit', 'head', { bbbbbbbb: '1.4.2' }, 'the last commit'],
  ['no commit at all', 'head', { '': '1.4.2' }, 'the last commit'],
] as const)('since: %s', (_, baseIs, versions, expected) => {
  expect(sinceText({ base: 'a'.repeat(40), baseIs }, new Map(Object.entries(versions)))).toBe(expected);
});
