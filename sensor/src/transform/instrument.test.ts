import { describe, expect, test } from 'vitest';
import { probeNames, stripInjected } from './injected.js';
import { assemble } from './insertions.js';
import { findFunctions, NotInstrumentable, probeRecipe } from './instrument.js';
import type { SourceKind } from './syntax.js';

function instrument(text: string, kind: SourceKind = 'commonjs') {
  const parsed = findFunctions(text, kind);
  return {
    ...assemble(
      text,
      probeRecipe(text, parsed, (index) => index),
      0,
    ),
    functions: parsed.functions,
  };
}

/** Runs instrumented code with probes that only count; returns its value and the calls by function name. */
function run(text: string): { value: unknown; calls: Record<string, number> } {
  const { code, functions } = instrument(text);
  const counts = new Int32Array(functions.length);
  const probes: Record<string, unknown> = {
    [probeNames.counts]: counts,
    [probeNames.nextSample]: new Int32Array(functions.length),
    [probeNames.failed]: (_: number, error: unknown) => error,
    [probeNames.thrown]: (_: number, __: number, ___: number, value: unknown) => value,
    [probeNames.sampled]: () => undefined,
    [probeNames.startSync]: () => 1,
    [probeNames.endSync]: () => undefined,
    [probeNames.startAsync]: () => 1,
    [probeNames.endAsync]: () => undefined,
    [probeNames.returned]: (_: number, __: number, value: unknown) => value,
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the point is to run what was instrumented
  const program = new Function(...Object.keys(probes), code) as (...values: unknown[]) => unknown;
  const value = program(...Object.values(probes));
  return { value, calls: Object.fromEntries(functions.map(({ name }, i) => [name, counts[i] ?? 0])) };
}

const forms: [title: string, text: string, value: unknown, calls: Record<string, number>][] = [
  ['declaration', 'function f(a) { return a } return f(1) + f(2)', 3, { f: 2 }],
  ['object literal as an arrow body', 'const f = () => ({ a: 1 }); return f().a', 1, { f: 1 }],
  ['arrow in an arrow', 'const f = a => b => a + b; return f(1)(2)', 3, { f: 1, 'f.<return>': 1 }],
  ['comma and in', "const f = a => ('x' in a, 5); return f({})", 5, { f: 1 }],
  ['line comment after an arrow', 'const f = a => a // note\nreturn f(4)', 4, { f: 1 }],
  ['directive without a semicolon', "function f() { 'use strict'\n return this } return f()", undefined, { f: 1 }],
  [
    'var and function of one name',
    'function f() { var g; function g() { return 3 } return g() } return f()',
    3,
    { f: 1, 'f.g': 1 },
  ],
  [
    'function named like a parameter',
    'function f(g) { function g() { return 3 } return g() } return f(1)',
    3,
    { f: 1, 'f.g': 1 },
  ],
  [
    'direct eval beside a function',
    "function f() { function g() {} eval('var g = 7'); return g } return f()",
    7,
    { f: 1, 'f.g': 0 },
  ],
  ['sloppy arguments alias', 'function f(a) { arguments[0] = 2; return a } return f(1)', 2, { f: 1 }],
  [
    'default parameter that calls',
    'function g() { return 2 } function f(a = g()) { return a } return f()',
    2,
    { g: 1, f: 1 },
  ],
  ['generator', 'function* g() { yield 1; yield 2 } return [...g()].length', 2, { g: 1 }],
  [
    'derived constructor',
    'class A { constructor() { this.x = 1 } } class B extends A { constructor() { super(); this.y = 2 } } const b = new B(); return b.x + b.y',
    3,
    { 'A.constructor': 1, 'B.constructor': 1 },
  ],
  [
    'returned value that is thrown away by finally',
    'function f() { try { return 1 } finally { return 2 } } return f()',
    2,
    { f: 1 },
  ],
  ['regular expression as a body', "const f = a => /x/.test(a); return f('x')", true, { f: 1 }],
];

test.each(forms)('%s: same value, exact counts', (_, text, value, calls) => {
  expect(run(text)).toEqual({ value, calls });
});

test.each(forms)('%s: nothing is reprinted and no line moves', (_, text) => {
  const { code } = instrument(text);
  expect(stripInjected(code)).toBe(text);
  expect(code.split('\n').length).toBe(text.split('\n').length);
});

describe('ownership', () => {
  test('places of the instrumented text belong to the innermost function', () => {
    const { code, map, functions } = instrument('function f() { const g = () => 1; return g() } f()');
    const ownerAt = (text: string): string | undefined => {
      const at = code.indexOf(text);
      const index = map.owners[map.ownedFrom.findLastIndex((start) => start <= at)] ?? -1;
      return functions[index]?.name;
    };
    expect(ownerAt('const g')).toBe('f');
    expect(ownerAt('1/*@hc')).toBe('f.g');
    expect(ownerAt('g()/*')).toBe('f');
    expect(code.endsWith(' f()')).toBe(true);
    expect(map.owners.at(-1)).toBe(-1);
  });
});

test('a function without an id stays as it is', () => {
  const text = 'function f() { return 1 } function g() { return 2 }';
  const recipe = probeRecipe(text, findFunctions(text, 'commonjs'), (index) => (index === 0 ? 0 : undefined));
  const { code } = assemble(text, recipe, 7);
  expect(code).toContain(`${probeNames.counts}[7]`);
  expect(code.endsWith('function g() { return 2 }')).toBe(true);
});

test('a returned promise is observed only where the async function certainly adopts it', () => {
  const observes = (text: string): boolean => instrument(text).code.includes(probeNames.returned);
  expect(observes('async function f() { return g() }')).toBe(true);
  expect(observes('const f = async () => g()')).toBe(true);
  expect(observes('async function f() { return { a: 1 } }')).toBe(false);
  expect(observes('async function f() { return await g() }')).toBe(false);
  expect(observes('async function f() { try { return g() } finally { h() } }')).toBe(false);
  expect(observes('async function f() { for (const a of b) return g() }')).toBe(false);
  expect(observes('function f() { return g() }')).toBe(false);
});

test.each([
  ['a function inside with', 'with (a) { (function () {})() }', 'with'],
  ['names of the sensor', 'var $hcC = 1', 'names'],
  ['markers of the sensor', 'f(/*@hc*/)', 'names'],
  ['asm.js', "function f() { 'use asm'; return {} }", 'asm'],
  ['a very large file', ' '.repeat(17_000_000), 'larger'],
])('%s is left alone, with the reason', (_, text, reason) => {
  expect(() => findFunctions(text, 'commonjs')).toThrow(NotInstrumentable);
  expect(() => findFunctions(text, 'commonjs')).toThrow(reason);
});
