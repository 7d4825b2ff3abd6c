import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, fenced, fromProduction, ownText } from './productionText.js';

describe('text of production', () => {
  test.each([
    ['a plain name', 'POST /checkout', 'POST /checkout'],
    ['line breaks', 'a\n\n# b\r\tc', 'a # b c'],
    ['terminal escapes', 'x\u001b[31mred\u0007', 'x [31mred'],
    ['direction overrides', '\u202eabc\u202c', 'abc'],
    ['zero-width and tag characters', 'a\u200bb\u{e0041}c\ufeff', 'abc'],
    ['code fences', '```js```', "'''js'''"],
    ['HTML', '<img src=x>', '‹img src=x›'],
    ['a link', '[a](http://b)', '[a] (http: //b)'],
    ['an image', '![a](b)', '! [a] (b)'],
    ['an icon', '$(alert)', '$ (alert)'],
    ['a command', 'command:run', 'command: run'],
  ])('%s', (_, text, clean) => expect(cleanText(text)).toBe(clean));

  test('is cut where it is too long, between characters', () => {
    expect(Array.from(cleanText('😀'.repeat(300), 10))).toHaveLength(10);
  });

  test('nothing is an own text', () => expect(fenced(' \u200b ')).toBe('`(empty)`'));

  test('never ends its fence, has one line, and means the same cleaned twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const clean = cleanText(text);
        expect(clean).not.toMatch(/[`<>\n\r]/);
        expect(cleanText(clean)).toBe(clean);
        expect(fenced(text).slice(1, -1)).not.toContain('`');
        expect(fromProduction(text).untrusted).toBe(clean);
        expect(ownText(text)).not.toMatch(/[`<>\n\r]/);
      }),
      { numRuns: 500 },
    );
  });
});
