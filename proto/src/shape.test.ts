import { describe, expect, it } from 'vitest';
import { either, fields, list, nullable, number, text, word } from './shape.js';

const point = fields({ x: number, label: nullable(text), kind: word('a', 'b') });

describe('a shape', () => {
  it.each([
    [{ x: 1, label: 'p', kind: 'a' }, true],
    [{ x: 1, label: null, kind: 'b', more: {} }, true],
    [{ x: Number.NaN, label: null, kind: 'b' }, false],
    [{ x: Infinity, label: null, kind: 'b' }, false],
    [{ x: '1', label: null, kind: 'b' }, false],
    [{ x: 1, kind: 'b' }, false],
    [{ x: 1, label: null, kind: 'c' }, false],
    [null, false],
    ['x', false],
  ])('tells %j: %s', (value, fits) => {
    expect(point.is(value)).toBe(fits);
  });

  it('bounds lists', () => {
    expect(list(number, 2).is([1, 2])).toBe(true);
    expect(list(number, 2).is([1, 2, 3])).toBe(false);
    expect(list(number).is([1, 'a'])).toBe(false);
    expect(list(number).is({ length: 0 })).toBe(false);
  });

  it('takes one of several', () => {
    expect(either(text, number).is(3)).toBe(true);
    expect(either(text, number).is(true)).toBe(false);
  });
});
