import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Grammars } from './grammars.js';
import { languageOfPath } from './languages.js';
import { MovedFunctions } from './movedFunctions.js';
import { SourceFile } from './sourceFile.js';
import type { LocatedFunction } from './sourceFunction.js';
import type { TextEdit } from './textEdit.js';

const grammars = new Grammars();

async function functionsOf(text: string): Promise<readonly LocatedFunction[]> {
  const language = languageOfPath('a.ts');
  if (!language) throw new Error('no TypeScript');
  const source = await SourceFile.open(grammars, language, text);
  const { functions } = source;
  source.close();
  return functions;
}

function edit(text: string, startIndex: number, oldEndIndex: number, newText: string): TextEdit {
  const position = (index: number) => {
    const before = text.slice(0, index).split('\n');
    return { row: before.length - 1, column: before.at(-1)?.length ?? 0 };
  };
  return {
    startIndex,
    startPosition: position(startIndex),
    oldEndIndex,
    oldEndPosition: position(oldEndIndex),
    newText,
  };
}

/** Text may be put in and taken out between the signs of a comment without any other function coming or going. */
const NOTE = /\/\*(.*?)\*\//gs;
const text = Array.from(
  { length: 6 },
  (_, index) =>
    `/*a*/ function f${index}() { /*bb*/ return [1].map((x) => /*ccc*/ x); } /*dddd*/ const g${index} = () => 1;`,
).join('\n');

test('functions stand where they would be found if the edited text were parsed', async () => {
  const edits = fc.array(
    fc.record({
      note: fc.nat(),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
      newText: fc.constantFrom('', 'x', '\n', 'several\nlines\n', '  '),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(edits, async (list) => {
      let edited = text;
      const moved = new MovedFunctions(await functionsOf(text));
      for (const { note, from, to, newText } of list) {
        const notes = [...edited.matchAll(NOTE)];
        const chosen = notes[note % notes.length];
        if (!chosen) throw new Error('no notes');
        const inner = chosen[1] ?? '';
        const at = (part: number) => chosen.index + 2 + Math.round(part * inner.length);
        const [start, end] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
        moved.edit(edit(edited, start, end, newText));
        edited = edited.slice(0, start) + newText + edited.slice(end);
      }
      const withoutBody = ({ bodyHash, ...place }: LocatedFunction) => ({ place, isHashed: bodyHash !== '' });
      const found = await functionsOf(edited);
      expect(moved.functions.flatMap((own) => (own ? [withoutBody(own)] : []))).toEqual(found.map(withoutBody));
    }),
    { numRuns: 100 },
  );
});

test('a function that is deleted as a whole is gone, and its neighbours stay', async () => {
  const before = 'function a() {}\nfunction b() {}\nfunction c() {}\n';
  const moved = new MovedFunctions(await functionsOf(before));
  moved.edit(edit(before, 16, 32, ''));
  expect(moved.functions.map((own) => own && `${own.name} ${own.line}`)).toEqual(['a 1', undefined, 'c 2']);
});
