import { readFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateConstructed, mapRepository, plans, type Evaluation } from './evaluate.js';
import { GitHistory, type Files } from './gitHistory.js';
import { score, total } from './truth.js';

// A bounded variant of `npm run eval:drift`, on sources of this repository: nothing is fetched.
const root = join(import.meta.dirname, '..', '..');
const filesIn = (folder: string, pattern: string): Files =>
  new Map(
    globSync(pattern, { cwd: join(root, folder) })
      .filter((path) => !path.includes('node_modules') && !path.endsWith('.test.ts'))
      .sort()
      .map((path) => [path, readFileSync(join(root, folder, path), 'utf8')]),
  );

describe('constructed histories', () => {
  const typescript = filesIn('core/src', '*.ts');
  const javascript = filesIn('test/bench/apps', '**/*.js');
  const evaluations: Evaluation[] = [];

  test.each(plans.map((plan, index) => [plan.join(', '), plan, index] as const))('%s', async (_, plan, index) => {
    const [own, other] = index % 2 === 0 ? [typescript, javascript] : [javascript, typescript];
    const evaluation = await evaluateConstructed('own', own, other, plan, index);
    evaluations.push(evaluation);
    expect(evaluation.score.pairs).toBeGreaterThan(40);
    expect(evaluation.score.wrong.filter(({ confidence }) => confidence === 'high')).toEqual([]);
    expect(total([evaluation.score]).recall).toBeGreaterThan(0.9);
  });

  afterAll(() => {
    const { precision, recall } = total(evaluations.map((evaluation) => evaluation.score));
    expect(precision).toBeGreaterThanOrEqual(0.995);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });
});

describe('any repository', () => {
  let history: GitHistory;
  beforeAll(() => {
    history = new GitHistory();
  });
  afterAll(() => history.remove());

  test('the mapping says where every function of the older commit is', async () => {
    const f =
      'function load(id) {\n  const row = table.find(id);\n  if (!row) throw new Error(id);\n  return row;\n}\n';
    const from = history.commit(new Map([['a.js', `${f}function old() { return 1; }\n`]]));
    const to = history.commit(new Map([['lib/b.js', `// moved\n${f}`]]));
    expect(await mapRepository(history.folder, from, to)).toMatchObject([
      { from: { file: 'a.js', name: 'load', line: 1 }, to: { file: 'lib/b.js', name: 'load', line: 2 }, kind: 'moved' },
      { from: { file: 'a.js', name: 'old', line: 6 }, to: null, kind: 'gone' },
    ]);
  });

  test('a commit that is not there is said to be missing', async () => {
    await expect(mapRepository(history.folder, 'f'.repeat(40), 'HEAD')).rejects.toThrow(/has no commit ffff/);
  });
});

test('a wrong join counts as wrong, and as missed', () => {
  const place = (line: number) => ({ file: 'a.js', name: 'f', line, column: 1 });
  const join = { from: place(1), to: place(2), kind: 'same', isEdited: false, confidence: 'high', reason: '' } as const;
  const truth = { pairs: new Map([['a.js:1:1', 'a.js:9:1']]), gone: new Set<string>(), added: new Set<string>() };
  expect(total([score([join], truth)])).toEqual({ pairs: 1, precision: 0, recall: 0, wrongAtHighConfidence: 1 });
});
