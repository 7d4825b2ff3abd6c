import { expect, test } from 'vitest';
import { textHash } from './textHash.js';

test('the same text has the same hash', () => {
  expect(textHash('function f() {}')).toBe(textHash(['function', 'f() {}'].join(' ')));
});

test('texts that differ a little have different hashes', () => {
  const texts = [''];
  for (let i = 0; i < 5_000; i++)
    texts.push(`const a = ${i};`, `const ${'b'.repeat(i % 50)} = ${i};`, `${i}\0`, `\0${i}`);
  for (let i = 0; i < 1_000; i++) texts.push('x'.repeat(i) + '\u1234' + 'x'.repeat(1_000 - i));
  expect(new Set(texts.map(textHash)).size).toBe(new Set(texts).size);
});
