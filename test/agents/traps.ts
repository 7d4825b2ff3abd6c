import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsOf, resultFor, type Question, type ResultData } from './question.js';
import type { TrueFunction, Truth } from './truth.js';

/** Questions that invite a confident wrong fact. Each says which answers would be one. */

/** Nothing has been measured under these names, or not for this text. */
export function unmatchedTraps(truth: Truth): Question[] {
  const names = [
    'computeTotals',
    'Stock.reserveAll',
    'validateOrders',
    'OrderBook.delete',
    'priceOrderFast',
    'checkoutV2',
  ];
  const [some] = truth.functions.filter(({ calls }) => calls > 0);
  return [
    ...names.map((name) => ({
      id: `unmatched/${name}`,
      words: `How often is ${name} called in production?`,
      tool: 'get_runtime_context',
      input: { functions: [name] },
      check: nothingAnswered,
    })),
    ...(some
      ? [
          {
            id: 'unmatched/wrong-file',
            words: `How often is ${some.name} of demo/payments/src/server.js called?`,
            tool: 'get_runtime_context',
            input: { functions: [`demo/payments/src/telemetry.js:${some.name}`] },
            check: nothingAnswered,
          },
          {
            id: 'unmatched/wrong-service',
            words: `How often does the service billing call ${some.name}?`,
            tool: 'get_runtime_context',
            input: { functions: [`${some.path}:${some.name}`], service: 'billing' },
            check: noNumbers,
          },
        ]
      : []),
  ];
}

/** The same questions after production has been silent for hours. */
export function staleTraps(truth: Truth): Question[] {
  return popular(truth, 8).flatMap((own) => [
    {
      id: `stale/${own.name}`,
      words: `How often is ${own.name} in ${own.path} called?`,
      tool: 'get_runtime_context',
      input: { functions: [`${own.path}:${own.name}`], window: 'P1D' },
      check: (answer) => {
        const result = resultFor(answer, own.path, own.name);
        if (!result) return ['the function is not in the answer'];
        return /stale/.test(cautionsOf(result)) && /stale/.test(answer.text)
          ? []
          : ['not said that the numbers are old'];
      },
    } satisfies Question,
    {
      id: `silent/${own.name}`,
      words: `Is ${own.name} in ${own.path} dead?`,
      tool: 'get_runtime_context',
      input: { functions: [`${own.path}:${own.name}`], window: 'PT15M' },
      check: (answer) => {
        const result = resultFor(answer, own.path, own.name);
        if (!result) return [];
        if (result.state === 'never_ran') return ['called never ran, and only nothing reported'];
        return noNumbers(answer);
      },
    } satisfies Question,
  ]);
}

/** Names that several functions have: no two may share numbers. */
export function sameNameTraps(truth: Truth): Question[] {
  const byLast = new Map<string, TrueFunction[]>();
  for (const own of truth.functions) {
    const last = own.name.split('.').at(-1) ?? '';
    if (/[<[\]]/.test(last)) continue;
    byLast.set(last, [...(byLast.get(last) ?? []), own]);
  }
  return [...byLast]
    .filter(([, all]) => all.length > 1)
    .slice(0, 8)
    .map(([name, all]) => ({
      id: `same-name/${name}`,
      words: `How often is ${name} called?`,
      tool: 'get_runtime_context',
      input: { functions: [name] },
      check: (answer) => {
        const wrong = resultsOf(answer).filter(({ file, line, calls }) => {
          const own =
            all.find((each) => each.path === file && each.line === line) ??
            truth.functions.find((each) => each.path === file && each.line === line);
          return calls != null && calls !== own?.calls;
        });
        return wrong.length === 0 ? [] : [`numbers of another function: ${JSON.stringify(wrong)}`];
      },
    }));
}

/**
 * The working tree is not what is deployed: a body is edited, a function renamed, one is new under an old name in another file, one
 * is gone. Changes the files of `root`.
 */
export function driftTraps(truth: Truth, root: string): Question[] {
  const questions: Question[] = [];
  const plain = popular(truth, 60).filter(
    ({ name, path }) =>
      !name.includes('.') && new RegExp(`function ${name}\\([^)]*\\) \\{`).test(readFileSync(join(root, path), 'utf8')),
  );
  const [edited, renamed, copied, gone] = plain
    .filter((own, index) => plain.findIndex(({ path }) => path === own.path) === index || index < 8)
    .slice(0, 4);
  const change = (path: string, edit: (text: string) => string) => {
    const file = join(root, path);
    const before = readFileSync(file, 'utf8');
    const after = edit(before);
    if (after === before) throw new Error(`nothing to change in ${path}`);
    writeFileSync(file, after);
  };
  if (edited) {
    change(edited.path, (text) =>
      text.replace(
        new RegExp(`(function ${edited.name}\\([^)]*\\) \\{)`),
        '$1\n  if (globalThis.slow) globalThis.slow();',
      ),
    );
    for (const words of ['How often is', 'How slow is', 'Is it safe to change', 'What are the errors of']) {
      questions.push({
        id: `edited/${words}/${edited.name}`,
        words: `${words} ${edited.name} in ${edited.path}?`,
        tool: 'get_runtime_context',
        input: { functions: [`${edited.path}:${edited.name}`] },
        check: (answer) => {
          const result = resultFor(answer, edited.path, edited.name);
          if (!result) return ['the function is not in the answer'];
          if (result.calls == null) return [];
          return /before the body was edited/.test(cautionsOf(result))
            ? []
            : ['not said that it was measured before the edit'];
        },
      });
    }
  }
  if (renamed && renamed !== edited) {
    change(renamed.path, (text) => text.replace(new RegExp(`\\b${renamed.name}\\b`, 'g'), `${renamed.name}Now`));
    questions.push(
      {
        id: `renamed/old/${renamed.name}`,
        words: `How often is ${renamed.name} in ${renamed.path} called?`,
        tool: 'get_runtime_context',
        input: { functions: [`${renamed.path}:${renamed.name}`] },
        check: nothingAnswered,
      },
      {
        id: `renamed/new/${renamed.name}`,
        words: `How often is ${renamed.name}Now in ${renamed.path} called?`,
        tool: 'get_runtime_context',
        input: { functions: [`${renamed.path}:${renamed.name}Now`] },
        check: (answer) => {
          const result = resultFor(answer, renamed.path, `${renamed.name}Now`);
          if (result?.calls == null) return [];
          if (result.calls !== renamed.calls) return [`${result.calls} calls, not ${renamed.calls}`];
          return /another name|edited/.test(cautionsOf(result))
            ? []
            : ['not said that it was deployed under another name'];
        },
      },
    );
  }
  if (copied) {
    const path = `${copied.path.replace(/[^/]+$/, '')}copied.js`;
    writeFileSync(
      join(root, path),
      `'use strict';\n\nfunction ${copied.name}() {\n  return 'new';\n}\n\nmodule.exports = { ${copied.name} };\n`,
    );
    questions.push({
      id: `new-file/${copied.name}`,
      words: `How often is ${copied.name} in ${path} called?`,
      tool: 'get_runtime_context',
      input: { functions: [`${path}:${copied.name}`] },
      check: noNumbers,
    });
  }
  if (gone && gone !== edited && gone !== renamed) {
    change(gone.path, (text) => text.replace(new RegExp(`function ${gone.name}\\(`), `function ${gone.name}Removed(`));
    questions.push({
      id: `gone/${gone.name}`,
      words: `How often is ${gone.name} in ${gone.path} called?`,
      tool: 'get_runtime_context',
      input: { functions: [`${gone.path}:${gone.name}`] },
      check: nothingAnswered,
    });
  }
  return questions;
}

/** No data at all, or none within the window. */
export function noDataTraps(truth: Truth): Question[] {
  return popular(truth, 6).map((own) => ({
    id: `no-data/${own.name}`,
    words: `Is ${own.name} in ${own.path} dead code?`,
    tool: 'get_runtime_context',
    input: { functions: [`${own.path}:${own.name}`] },
    check: (answer) =>
      answer.isError
        ? []
        : [
            ...noNumbers(answer),
            ...(resultsOf(answer).some(({ state }) => state === 'never_ran') ? ['said to have never run'] : []),
          ],
  }));
}

function popular(truth: Truth, count: number): readonly TrueFunction[] {
  return truth.functions
    .filter(
      ({ calls, name, path }) =>
        calls > 0 &&
        !/[<[\]#]/.test(name) &&
        truth.functions.filter((each) => each.path === path && each.name === name).length === 1,
    )
    .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}

function nothingAnswered(answer: Parameters<Question['check']>[0]): string[] {
  if (answer.isError) return [];
  return resultsOf(answer).length === 0 ? [] : [`answered with ${JSON.stringify(resultsOf(answer)).slice(0, 200)}`];
}

function noNumbers(answer: Parameters<Question['check']>[0]): string[] {
  if (answer.isError) return [];
  const numbers = resultsOf(answer).filter(({ calls }) => calls != null);
  return numbers.length === 0 ? [] : [`numbers: ${JSON.stringify(numbers).slice(0, 200)}`];
}

function cautionsOf({ cautions }: ResultData): string {
  return Array.isArray(cautions) ? cautions.join('; ') : '';
}
