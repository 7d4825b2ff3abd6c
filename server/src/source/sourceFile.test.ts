import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { bodyHash, contentHash } from './contentHash.js';
import { Grammars } from './grammars.js';
import { languageOfDocument, languageOfPath } from './languages.js';
import { MAX_SOURCE_CHARACTERS, SourceFile } from './sourceFile.js';
import type { TextEdit } from './textEdit.js';

const grammars = new Grammars();
const opened: SourceFile[] = [];

async function open(text: string, path = 'x.ts'): Promise<SourceFile> {
  const language = languageOfPath(path);
  if (!language) throw new Error(`no language for ${path}`);
  const file = await SourceFile.open(grammars, language, text);
  opened.push(file);
  return file;
}

afterAll(() => {
  for (const file of opened) file.close();
});

function edit(text: string, startIndex: number, oldEndIndex: number, newText: string): TextEdit {
  const point = (index: number) => {
    const before = text.slice(0, index).split('\n');
    return { row: before.length - 1, column: before.at(-1)?.length ?? 0 };
  };
  return { startIndex, startPosition: point(startIndex), oldEndIndex, oldEndPosition: point(oldEndIndex), newText };
}

test('hashes are those of git and of the sensor', () => {
  expect(contentHash('')).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  expect(contentHash('hello\n')).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  expect(bodyHash('{}')).toBe('bf21a9e8fbc5a384');
});

test.each([
  ['function f(a) { return a; }', '{ return a; }'],
  ['const f = (a) => a + 1;', 'a + 1'],
  ['const f = (a) => ({ a });', '({ a })'],
  ['class A { m() { return 1; } }', '{ return 1; }'],
])('the body of %j is %j', async (text, body) => {
  const file = await open(text, 'x.js');
  expect(file.functions.map((own) => own.bodyHash)).toEqual([bodyHash(body)]);
});

const pieces = [
  '',
  '\n',
  ' ',
  'function g() {}',
  '() => 1',
  '{',
  '}',
  '(',
  ')',
  'class B { m() {} }',
  'é𝒳',
  '`',
  '"',
  '//',
];
const start = `import { a } from 'b';
export class A {
  m(x: number): number { return [x].map((y) => y + 1)[0]!; }
}
const f = async () => { await g(); };
`;

test('after any edits the functions are those of the text as if it had just been opened', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(), fc.nat(20), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 6 }),
      async (edits) => {
        const file = await open(start);
        let text = start;
        for (const [at, length, newText] of edits) {
          const from = at % (text.length + 1);
          const to = Math.min(text.length, from + length);
          file.edit([edit(text, from, to, newText)]);
          text = text.slice(0, from) + newText + text.slice(to);
          // Reading parses, so that the next edit meets a tree.
          expect(Array.isArray(file.functions)).toBe(true);
        }
        expect(file.text).toBe(text);
        expect(file.contentHash).toBe(contentHash(text));
        // Broken text may be understood in several ways: what counts is that whole text is understood in one.
        file.edit([edit(text, 0, text.length, start)]);
        expect(file.functions).toEqual((await open(start)).functions);
      },
    ),
    { numRuns: 60 },
  );
});

test('an edit above moves a function and keeps its body', async () => {
  const file = await open('function f() { return 1; }\n');
  const [before] = file.functions;
  file.edit([edit(file.text, 0, 0, '// one\n// two\n')]);
  const { name, bodyHash: hash } = before ?? {};
  expect(file.functions).toMatchObject([{ name, bodyHash: hash, line: 3, endLine: 3, start: 14 }]);
});

test('a text that is too large has no functions and costs no time', async () => {
  const file = await open(`function f() {}\n${' '.repeat(MAX_SOURCE_CHARACTERS)}`);
  expect([file.isTooLarge, file.functions]).toEqual([true, []]);
});

test('nesting deeper than the stack is no problem', async () => {
  const depth = 20_000;
  const file = await open(`const x = ${'['.repeat(depth)}() => 1${']'.repeat(depth)};`, 'x.js');
  expect(file.functions).toHaveLength(1);
});

test.each([
  ['a.ts', 'typescript'],
  ['a.d.mts', 'typescript'],
  ['A.TSX', 'tsx'],
  ['a.cjs', 'javascript'],
  ['a.jsx', 'javascript'],
  ['a.py', 'python'],
  ['a.cs', 'c-sharp'],
  ['a.txt', undefined],
])('%s is read as %s', (path, grammar) => {
  expect(languageOfPath(path)?.grammar).toBe(grammar);
});

test('what the editor calls a document wins over its name', () => {
  expect(languageOfDocument('typescript', '/x/no-extension')?.grammar).toBe('typescript');
});
