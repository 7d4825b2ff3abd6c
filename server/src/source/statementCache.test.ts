import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Grammars } from './grammars.js';
import { languageOfPath } from './languages.js';
import { SourceFile } from './sourceFile.js';

const grammars = new Grammars();

async function open(text: string): Promise<SourceFile> {
  const language = languageOfPath('a.ts');
  if (!language) throw new Error('no TypeScript');
  return SourceFile.open(grammars, language, text);
}

const pieces = [
  'function a() { return () => 1; }\n',
  'export const b = async (x) => x.map((y) => y + 1);\n',
  'class C { m() {} get n() { return 1; } }\n',
  'const o = { p() {}, q: function () {} };\n',
  'export default function () {}\n',
  '// a comment\n',
  'import x from "y";\n',
  'if (z) { (() => {})(); }\n',
  '`text ${() => 2}`;\n',
  '}\n',
  '(',
  '{',
  ' ',
  '"',
];

test('whatever is edited, the functions are those of the text as if it were read anew', async () => {
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(30),
      piece: fc.constantFrom(...pieces),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const texts = fc.array(fc.constantFrom(...pieces.slice(0, 9)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(texts, edits, async (start, changes) => {
      let text = start.join('');
      const file = await open(text);
      expect(file.functions.length).toBeGreaterThanOrEqual(0);
      for (const { at, remove, piece } of changes) {
        const startIndex = Math.floor(at * text.length);
        const oldEndIndex = Math.min(text.length, startIndex + remove);
        const point = (offset: number) => {
          const lines = text.slice(0, offset).split('\n');
          return { row: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
        };
        const positions = { startPosition: point(startIndex), oldEndPosition: point(oldEndIndex) };
        file.edit([{ startIndex, oldEndIndex, ...positions, newText: piece }]);
        text = text.slice(0, startIndex) + piece + text.slice(oldEndIndex);
        const anew = await open(text);
        expect(file.functions).toEqual(anew.functions);
        anew.close();
      }
      file.close();
    }),
    { numRuns: 150 },
  );
});
