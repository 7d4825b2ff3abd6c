import { describe, expect, it } from 'vitest';
import { factsMarkdown, rowLabel } from './rowText.js';

describe('the text of rows', () => {
  it('lists facts, and shows what came from production as it is', () => {
    const text = factsMarkdown('a*b', [
      ['Calls', '12'],
      ['Error types', '[x](command:y) <img src=z>'],
    ]);
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('- Calls: 12');
    expect(text).not.toMatch(/[^\\]\[x\]|[^\\]<img/);
    expect(text).toContain('a\\*b');
  });

  it('reads a row in order without what is empty', () => {
    expect(rowLabel('serve', '', '12/min')).toBe('serve, 12/min');
  });
});
