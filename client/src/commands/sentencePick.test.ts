import { expect, it } from 'vitest';
import { sentencePick } from './sentencePick.js';

it('keeps a short sentence on one line', () => {
  expect(sentencePick('info', 'All is well.')).toEqual({ label: '$(info) All is well.' });
});

it('breaks a long one between words and loses nothing', () => {
  const sentence = 'word '.repeat(30).trim();
  const { label, detail } = sentencePick('info', sentence);
  expect(label.length).toBeLessThanOrEqual(78 + '$(info) '.length);
  expect(`${label.replace('$(info) ', '')} ${detail ?? ''}`).toBe(sentence);
});

it('breaks what has no spaces too', () => {
  const { label, detail } = sentencePick('info', 'x'.repeat(100));
  expect(label.length + (detail?.length ?? 0)).toBe(100 + '$(info) '.length);
});
