import type { FileAnnotation, FunctionAnnotation } from '@hindcast/server/answers/annotateFile';
import { expect, test } from 'vitest';
import { annotationText } from './annotationText.js';
import { colours, escapeControls, noColours } from './paint.js';

const ran: FunctionAnnotation = {
  name: 'f',
  line: 1,
  column: 10,
  state: 'ran',
  service: 'shop',
  version: '1.2.0',
  revision: '0123456789abcdef',
  environment: 'production',
  calls: 12_345,
  callsPerMinute: 205.75,
  errors: 3,
  errorRate: 0.000243,
  p50Ms: 1.5,
  p99Ms: 38.2,
  durationSamples: 1200,
  callers: [{ service: 'web', name: 'g', file: 'src/g.ts', line: 4, calls: 12_000 }],
  callersOmitted: 0,
  entryCalls: 345,
  errorsByType: [{ type: 'Bad\u001b[2J', count: 3 }],
  match: { kind: 'same', confidence: 'exact', reason: '' },
  notObservedReason: null,
  observedSeconds: 3600,
  instances: 2,
  declaredSince: null,
  lastCalled: null,
  entryPoints: [],
  dependencies: [],
  otherVersions: [],
};

const unknown: FunctionAnnotation = {
  ...ran,
  state: 'not_observed',
  calls: null,
  callsPerMinute: null,
  errors: null,
  errorRate: null,
  p50Ms: null,
  p99Ms: null,
  durationSamples: null,
  callers: [],
  entryCalls: null,
  errorsByType: [],
  match: null,
  notObservedReason: 'It is new.',
};

const annotation = (functions: FunctionAnnotation[]): FileAnnotation => ({
  file: 'src/f.ts',
  path: '/x/src/f.ts',
  window: 'PT1H',
  state: 'shown',
  message: 'Measured in shop.',
  functions,
  gone: [{ service: 'shop', name: 'old', line: 9, calls: 1 }],
});

test('the source with its facts, each number with what it counts', () => {
  const source = 'function f() {}\nfunction b() {}\n\tfunction c() {}\nfunction d() {}\n';
  const functions = [
    ran,
    { ...unknown, name: 'b', line: 2 },
    { ...unknown, name: 'c', line: 3 },
    { ...ran, name: 'd', line: 4, match: { kind: 'edited', confidence: 'high', reason: '' } as const },
  ];
  expect(annotationText(source, annotation(functions), noColours)).toMatchInlineSnapshot(`
    "src/f.ts  last PT1H
    shop · production · 1.2.0 · 0123456789 · 2 instances · observed 60 min
    Measured in shop.
    4 functions: 2 ran, 0 never ran, 2 not observed

    1  function f() {}     ● 206/min · 12345 calls · 3 errors (<0.1 %) · p50 1.5 ms p99 38 ms (1200 timed)
                             errors: Bad\\x1b[2J 3
                             from g (web src/g.ts:4) 12000, outside own code 345
    2  function b() {}     ◌ not observed: It is new.
    3      function c() {} ◌ not observed
    4  function d() {}     ● 206/min · 12345 calls · 3 errors (<0.1 %) · p50 1.5 ms p99 38 ms (1200 timed) · measured before this edit
                             errors: Bad\\x1b[2J 3
                             from g (web src/g.ts:4) 12000, outside own code 345

    Deployed, and not in this text:
      old [shop] line 9: 1 call
    "
  `);
});

test('what a function is called for and what it calls stand below it, escaped', () => {
  const own: FunctionAnnotation = {
    ...ran,
    errorsByType: [],
    callers: [],
    entryPoints: [
      { kind: 'http', name: 'POST /x\u001b', calls: 10_000, share: 0.82 },
      { kind: 'timer', name: 'setInterval', calls: 2000, share: 0.162 },
    ],
    dependencies: [
      { kind: 'db', target: 'sqlite', calls: 24_690, callsPerCall: 2, errors: 0, p50Ms: 1, p99Ms: 3 },
      { kind: 'http', target: 'pay:80', calls: 100, callsPerCall: 0.0081, errors: 7, p50Ms: null, p99Ms: null },
      { kind: 'http', target: 'b', calls: 3, callsPerCall: 0.0001, errors: 0, p50Ms: null, p99Ms: null },
      { kind: 'http', target: 'c', calls: 2, callsPerCall: 0.0001, errors: 0, p50Ms: null, p99Ms: null },
    ],
  };
  const lines = annotationText('function f() {}\n', annotation([own]), noColours)
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain('entry points: POST /x\\x1b 10000 (82 %), timer setInterval 2000 (16 %)');
  expect(lines).toContain(
    'calls sqlite 24690, 2.0 per call (p99 3 ms) · pay:80 100, <0.1 per call (7 errors) · b 3, <0.1 per call · 1 more',
  );
});

test('two services that run one function are told apart', () => {
  const text = annotationText('function f() {}\n', annotation([ran, { ...ran, service: 'web' }]), noColours);
  expect(text).toContain('f [shop]: 206/min');
  expect(text).toContain('f [web]: 206/min');
  expect(text).toContain('1 function: 2 ran, 0 never ran, 0 not observed (counted once per service)');
});

test('colours are the only escapes that reach a terminal', () => {
  const text = annotationText('// \u001b[31m\n', annotation([ran]), colours);
  expect(text.match(/\u001b(?!\[(?:1|2|22|31|32|33|39)m)/g)).toBeNull();
  expect(text).toContain('// \\x1b[31m');
});

test('control characters of all kinds become visible', () => {
  expect(escapeControls('a\u0000\u001b\u007f\u009bz\n')).toBe('a\\x00\\x1b\\x7f\\x9bz\\x0a');
});
