import { readFileSync } from 'node:fs';
import { Grammars } from '@hindcast/server/source/grammars';
import { languageOfPath } from '@hindcast/server/source/languages';
import { SourceFile } from '@hindcast/server/source/sourceFile';
import { expect, test } from 'vitest';

interface Case {
  readonly title: string;
  readonly language: string;
  readonly source: string;
  readonly functions: readonly { name: string; line: number; column: number; endLine: number }[];
}

const read = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Case[];
// The first are those that the sensor follows too.
const cases = [...read('cases.json'), ...read('languageCases.json')];
const grammars = new Grammars();

test.each(cases)('the source index names: $title', async ({ language, source, functions }) => {
  const grammar = languageOfPath(`x.${language}`);
  if (!grammar) throw new Error(`no language for .${language}`);
  const file = await SourceFile.open(grammars, grammar, source);
  const found = file.functions.map(({ name, line, column, endLine }) => ({ name, line, column, endLine }));
  const byPlace = (a: Case['functions'][number], b: Case['functions'][number]) =>
    a.line - b.line || a.column - b.column;
  expect(found.sort(byPlace)).toEqual([...functions].sort(byPlace));
});

test('there are cases of every language that is read', () => {
  expect(new Set(cases.map(({ language }) => language))).toEqual(
    new Set(['js', 'ts', 'tsx', 'py', 'java', 'go', 'cs', 'rs', 'rb', 'php']),
  );
});
