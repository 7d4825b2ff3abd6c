import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from './markdown.js';

describe('escapeMarkdown', () => {
  it.each([
    ['plain words', 'plain words'],
    ['[click](command:evil)', '\\[click\\]\\(command\\:evil\\)'],
    ['![x](https://a.b/c)', '\\!\\[x\\]\\(https\\:\\/\\/a\\.b\\/c\\)'],
    ['<img src=x>', '&lt;img src\\=x&gt;'],
    ['a\n\n# heading', 'a \\# heading'],
    ['$(flame) `code` *b*', '\\$\\(flame\\) \\`code\\` \\*b\\*'],
    ['a | b', 'a \\| b'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['right\u202eleft\u200b', 'right left'],
    ['\\', '\\\\'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it('caps by characters and never splits one', () => {
    expect(escapeMarkdown('😀'.repeat(5), 3)).toBe('😀😀😀…');
  });
});
