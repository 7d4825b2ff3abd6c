import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeMarkdown } from './markdown.js';

test.each([
  ['CardError', 'CardError'],
  ['plain words', 'plain words'],
  ['a.b', 'a\\.b'],
  ['[click](command:x)', '\\[click\\]\\(command\\:x\\)'],
  ['![i](https://evil.example/p.png)', '\\!\\[i\\]\\(https\\:\\/\\/evil\\.example\\/p\\.png\\)'],
  ['<img src=x>', '\\<img src\\=x\\>'],
  ['a\n\n# b\n|c', 'a \\# b \\|c'],
  ['`code` **bold** _it_', '\\`code\\` \\*\\*bold\\*\\* \\_it\\_'],
  ['$(flame)', '\\$ \\(flame\\)'],
  ['&lt;b&gt;', '\\&lt\\;b\\&gt\\;'],
  ['\u202eevil\u200b\u0007', 'evil'],
  ['right\u202eleft\u200b', 'rightleft'],
  ['\\', '\\\\'],
])('%j shows as itself', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
});

test('a long text is cut, by characters, and none is split', () => {
  expect(escapeMarkdown('x'.repeat(120))).toBe('x'.repeat(120));
  expect(escapeMarkdown('x'.repeat(121))).toBe(`${'x'.repeat(119)}…`);
  expect(escapeMarkdown('😀'.repeat(5), 3)).toBe('😀😀…');
});

test('no character that means something to Markdown is left bare', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bare = escapeMarkdown(text).replace(/\\[!-/:-@[-`{-~]/g, '');
      expect(bare).not.toMatch(/[!-/:-@[-`{-~\p{Cc}]/u);
    }),
  );
});
