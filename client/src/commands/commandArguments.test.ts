import { expect, it } from 'vitest';
import { isShowCallersArgument, isShowFunctionArgument } from './commandArguments.js';

const place = { uri: 'file:///a.ts', line: 3, column: 1 };
const caller = { service: 's', functionName: 'f', filePath: 'a.ts', line: 1, column: 1, calls: 2 };
const callers = { ...place, functionName: 'g', callers: [caller, { ...caller, uri: 'file:///a.ts' }] };

it.each([
  [place, true],
  [{ ...place, uri: 7 }, false],
  [{ ...place, line: 1.5 }, false],
  [undefined, false],
  [null, false],
  ['file:///a.ts', false],
])('a place %#: %j is %s', (value, ok) => {
  expect(isShowFunctionArgument(value)).toBe(ok);
});

it.each([
  [callers, true],
  [{ ...callers, callers: [] }, true],
  [{ ...callers, callers: [{ ...caller, calls: '2' }] }, false],
  [{ ...callers, callers: [{ ...caller, uri: {} }] }, false],
  [{ ...callers, callers: 'all' }, false],
  [place, false],
])('callers %#: %j is %s', (value, ok) => {
  expect(isShowCallersArgument(value)).toBe(ok);
});
