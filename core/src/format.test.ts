import { describe, expect, it } from 'vitest';
import { formatAge, formatCount, formatDuration, formatRate, formatShare } from './format.js';

const table = (format: (value: number) => string, rows: [number, string][]) =>
  it.each(rows)(`${format.name}(%s) is %s`, (value, text) => expect(format(value)).toBe(text));

describe('numbers as people read them', () => {
  table(formatCount, [
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1k'],
    [1234, '1.2k'],
    [60_200, '60.2k'],
    [999_949, '999.9k'],
    [999_950, '1M'],
    [3_400_000, '3.4M'],
    [2e9, '2G'],
  ]);
  table(formatRate, [
    [0, '0/min'],
    [60_200, '60.2k/min'],
    [104.4, '104/min'],
    [12.4, '12/min'],
    [9.96, '10/min'],
    [1.25, '1.3/min'],
    [1, '1/min'],
    [0.5, '30/h'],
    [1 / 60, '1/h'],
    [1 / 720, '2/day'],
    [1 / 1440, '1/day'],
    [1 / 2000, '<1/day'],
  ]);
  table(formatDuration, [
    [0, '0 µs'],
    [0.0000123, '12 µs'],
    [0.00084, '840 µs'],
    [0.0009994, '999 µs'],
    [0.0009996, '1 ms'],
    [0.0012, '1.2 ms'],
    [0.038, '38 ms'],
    [0.9994, '999 ms'],
    [0.9996, '1 s'],
    [1.54, '1.5 s'],
    [59.94, '60 s'],
    [192, '3.2 min'],
  ]);
  table(formatShare, [
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.004, '0.4 %'],
    [0.021, '2.1 %'],
    [0.12, '12 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
  ]);
  table(formatAge, [
    [8, '8 s'],
    [89, '89 s'],
    [90, '2 min'],
    [3 * 3600, '3 h'],
    [9 * 86400, '9 d'],
  ]);
});
