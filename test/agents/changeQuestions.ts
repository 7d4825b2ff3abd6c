import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultFor, type Question } from './question.js';
import type { TrueFunction, Truth } from './truth.js';

/** Questions about a change of the working tree: makes one in `root`, and takes it back when the last of them was answered. */
export function changeQuestions(truth: Truth, root: string, prefix: string): Question[] {
  const own = truth.functions
    .filter(({ calls, name, path }) => calls > 5 && !/[.<[\]# ]/.test(name) && /\.js$/.test(path))
    .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
    .find((each) => signature(each).test(readFileSync(join(root, each.path), 'utf8')));
  if (!own) return [];
  const file = join(root, own.path);
  const before = readFileSync(file, 'utf8');
  const make = () =>
    writeFileSync(file, before.replace(signature(own), '$&\n  if (process.env.TRACE) console.log("here");'));
  const undo = () => writeFileSync(file, before);
  const ask = (
    id: string,
    words: string,
    tool: string,
    input: Record<string, unknown>,
    check: Question['check'],
  ): Question => ({
    id: `${prefix}/${id}/${own.name}`,
    words,
    tool,
    input,
    check,
    facts: [[own.name]],
  });
  make();
  const exposure: Question['check'] = (answer) => {
    const result = resultFor(answer, own.path, own.name);
    if (!result) return ['the changed function is not in the answer'];
    return [
      ...(result.calls === own.calls ? [] : [`${result.calls} calls, not ${own.calls}`]),
      ...(JSON.stringify(result.cautions ?? '').includes('before the body was edited')
        ? []
        : ['not said that it was measured before the edit']),
    ];
  };
  return [
    ask(
      'diff',
      'What do the functions that I changed do in production?',
      'get_runtime_context',
      { diff: 'HEAD' },
      exposure,
    ),
    ask('safe', 'Is it safe to commit this change?', 'assess_change', {}, (answer) => {
      const result: { kind?: unknown; state?: unknown; callsPerMinute?: unknown } | undefined = resultFor(
        answer,
        own.path,
        own.name,
      );
      if (!result) return ['the changed function is not in the answer'];
      const summary = String(answer.structured['summary']);
      return [
        ...(result.kind === 'changed' && result.state === 'ran' ? [] : ['not said to have changed and to run']),
        ...(Number(result.callsPerMinute) > 0 ? [] : ['not said how often it runs']),
        ...(/^1 function changed since (?:HEAD|the deployed revision [0-9a-f]{10}); 1 of them run/.test(summary)
          ? []
          : [summary]),
      ];
    }),
    ask('unchanged', 'What did I change since the deploy?', 'assess_change', { base: 'HEAD' }, (answer) => {
      undo();
      return resultFor(answer, own.path, own.name) ? [] : ['the changed function is not in the answer'];
    }),
  ];
}

function signature({ name }: TrueFunction): RegExp {
  return new RegExp(`function ${name}\\([^)]*\\) \\{`);
}
