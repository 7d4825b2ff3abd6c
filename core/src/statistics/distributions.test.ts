import { describe, expect, it } from 'vitest';
import { normalUpperTail, studentUpperTail } from './distributions.js';

describe('normalUpperTail', () => {
  // Abramowitz and Stegun, tables 26.1 and 26.2.
  it.each([
    [0, 0.5],
    [1, 0.158655253931457],
    [1.959963984540054, 0.025],
    [3, 0.00134989803163009],
    [3.090232306167813, 0.001],
    [5, 2.866515718791939e-7],
    [10, 7.61985302416053e-24],
    [-1, 1 - 0.158655253931457],
  ])('of %s is %s', (z, expected) => expect(normalUpperTail(z) / expected).toBeCloseTo(1, 10));

  it('falls without a step where one method takes over from the other', () => {
    expect(normalUpperTail(3 + 1e-9) / normalUpperTail(3)).toBeCloseTo(1 - 1e-9 * 3.283, 11);
    expect(normalUpperTail(60)).toBe(0);
  });
});

describe('studentUpperTail', () => {
  // Closed forms with 1 and 2 degrees, tables of critical values, and Simpson's rule for the last.
  it.each([
    [1, 0, 0.5],
    [1, 1, 0.25],
    [1, 12.706204736432102, 0.025],
    [2, Math.SQRT2, 0.5 - 0.5 / Math.SQRT2],
    [5, 2.570581835636314, 0.025],
    [19, 3.883405852592082, 0.0005],
    [120, 1.979930405052777, 0.025],
    [7, -2, 0.957190335719],
  ])('with %s degrees of freedom, of %s is %s', (degrees, t, expected) =>
    expect(studentUpperTail(t, degrees)).toBeCloseTo(expected, 7),
  );

  it('comes close to the normal distribution with many degrees', () => {
    expect(studentUpperTail(2, 999_999)).toBeCloseTo(normalUpperTail(2), 6);
    expect(studentUpperTail(2, 1e9)).toBe(normalUpperTail(2));
  });

  it('refuses no degrees at all', () => expect(() => studentUpperTail(1, 0)).toThrow(RangeError));
});
