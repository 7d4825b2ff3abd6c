import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../sensor/src/naming/functionNames.js';
import { lineIndex } from '../../sensor/src/naming/lineIndex.js';
import { parseProgram } from '../../sensor/src/transform/syntax.js';

interface NamingCase {
  title: string;
  language: 'js' | 'ts' | 'tsx';
  source: string;
  functions: { name: string; line: number; column: number; endLine: number }[];
}

const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as NamingCase[];

test.each(cases.filter(({ language }) => language === 'js'))('the sensor names: $title', ({ source, functions }) => {
  const kind = /^\s*(?:export|import)\b/m.test(source) ? 'module' : 'commonjs';
  const place = lineIndex(source);
  const found = functionNames(source, parseProgram(source, kind)).map(({ node, name, offset }) => ({
    name,
    ...place(offset),
    endLine: place(node.end - 1).line,
  }));
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  expect(found).toEqual(functions);
});

test('the table is large enough to mean something', () => {
  expect(cases.filter(({ language }) => language === 'js').length).toBeGreaterThan(40);
});
