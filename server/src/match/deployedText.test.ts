import { expect, test } from 'vitest';
import type { DeployedFile, FunctionFacts } from '../collector/facts.js';
import { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import type { ParsedText } from '../source/sourceFunction.js';
import { matchThroughText, textKey } from './deployedText.js';

const grammars = new Grammars();

async function parse(text: string): Promise<ParsedText> {
  const language = languageOfPath('x.ts');
  if (!language) throw new Error('TypeScript is not read.');
  const file = await SourceFile.open(grammars, language, text);
  const { functions, comments } = file;
  file.close();
  return { text, functions, comments };
}

/** What compiled code reports: a name of its own and a place, no body. */
function reported(name: string, line: number, column: number): FunctionFacts {
  return { id: { name, line, column, endLine: 0, bodyHash: '' }, calls: line } as FunctionFacts;
}

const body = `(order: Order) {
  const due = order.lines.filter((line) => line.open).map((line) => line.price);
  audit.write('due', order.id, due.length);
  return due.reduce((sum, price) => sum + price, 0);
}`;

test('what was reported reaches the open text through the deployed one', async () => {
  const deployedText = await parse(`function due${body}\n\nexport function old() {\n  return 1;\n}\n`);
  const open = await parse(`// moved down\nfunction amountDue${body}\n\nfunction fresh() {}\n`);
  const facts = [reported('exports.due', 1, 3), reported('exports.old', 7, 1)];
  const { matched, unmatched, gone } = matchThroughText(open, facts, deployedText);
  expect(
    matched.map(({ source, facts: { calls }, match }) => [source.name, calls, match.kind, match.confidence]),
  ).toEqual([['amountDue', 1, 'renamed', 'high']]);
  expect(gone.map(({ id }) => id.name)).toEqual(['exports.old']);
  expect(unmatched.map(({ source, reason }) => [source.name, reason]).at(-1)).toEqual([
    'fresh',
    'It is not in the deployed version of this file.',
  ]);
});

test('an edit says measured before it, also when the name is another', async () => {
  const deployedText = await parse(`function due${body}`);
  const open = await parse(`function amountDue${body.replace('audit', 'journal')}`);
  const { matched } = matchThroughText(open, [reported('due', 1, 10)], deployedText);
  expect(matched.map(({ match }) => match.kind)).toEqual(['edited']);
});

test('a join is no surer than which function was reported', async () => {
  const deployedText = await parse('use(() => one(1)); use(() => two(2));\n');
  const open = await parse('\nuse(() => one(1)); use(() => two(2));\n');
  const { matched } = matchThroughText(open, [reported('<use>', 1, 2), reported('<use>', 1, 3)], deployedText);
  expect(matched.map(({ match }) => match.confidence)).toEqual(['low', 'low']);
});

test.each([
  ['abc', 'rev', 'abc'],
  ['', 'rev', 'rev:src/a.ts'],
])('blob %j of revision %j is remembered as %s', (contentHash, revision, key) => {
  const deployment = { revision } as DeployedFile['deployment'];
  expect(textKey({ deployment, contentHash, filePath: 'src/a.ts', functions: [], notObservedReason: '' })).toBe(key);
});
