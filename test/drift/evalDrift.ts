import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateConstructed, evaluateVersions, mapRepository, plans, type Evaluation } from './evaluate.js';
import { filesOf, type PublishedPackage } from './publishedVersions.js';
import { total } from './truth.js';

const TARGETS = { precision: 0.995, recall: 0.95, wrongAtHighConfidence: 0 };

const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

/** @param here the folder of this script, @param tools where packages are kept */
export async function evalDrift(here: string, tools: string): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      repo: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string', default: 'HEAD' },
    },
  });
  if (values.repo !== undefined) {
    if (values.from === undefined)
      throw new Error('--repo needs --from REVISION, and takes --to REVISION (default HEAD).');
    const mapping = await mapRepository(resolve(values.repo), values.from, values.to);
    const text = JSON.stringify(mapping, undefined, 1);
    if (values.json) writeFileSync(values.json, text);
    else print(text);
    return true;
  }
  const rows = JSON.parse(readFileSync(join(here, 'packages.json'), 'utf8')) as PublishedPackage[];
  const chosen = values.quick ? rows.slice(0, 5).map((row) => ({ ...row, versions: row.versions.slice(-3) })) : rows;
  const evaluations: Evaluation[] = [];
  const report = (evaluation: Evaluation) => {
    evaluations.push(evaluation);
    const { precision, recall, pairs, wrongAtHighConfidence } = total([evaluation.score]);
    print(
      `${percent(precision).padStart(8)} ${percent(recall).padStart(8)} ${String(pairs).padStart(5)} ${wrongAtHighConfidence}  ${evaluation.title}`,
    );
    if (!values.verbose) return;
    for (const wrong of evaluation.score.wrong)
      print(`    wrong (${wrong.confidence}): ${wrong.from} -> ${wrong.to}, is ${wrong.expected}. ${wrong.reason}`);
    for (const missed of evaluation.score.missed) print(`    missed: ${missed}`);
  };
  const only = values.only?.split(',');
  print('precision recall  pairs wrong at high confidence');
  const newest = chosen.map((row) => filesOf(tools, row, row.versions.at(-1) ?? ''));
  const real: Evaluation[] = [];
  for (const row of chosen) {
    if (only) break;
    const versions = row.versions.map((version) => [version, filesOf(tools, row, version)] as const);
    for (const evaluation of await evaluateVersions(row.name, versions)) {
      real.push(evaluation);
      report(evaluation);
    }
  }
  const constructed: Evaluation[] = [];
  for (const [index, row] of chosen.entries()) {
    for (const [number, plan] of plans.entries()) {
      if (values.quick && (index + number) % 3 !== 0) continue;
      if (only !== undefined && !plan.some((step) => only.includes(step))) continue;
      const foreign = newest[(index + 1) % newest.length] ?? new Map<string, string>();
      const evaluation = await evaluateConstructed(
        row.name,
        newest[index] ?? new Map(),
        foreign,
        plan,
        index * 100 + number,
      );
      constructed.push(evaluation);
      report(evaluation);
    }
  }
  const scoreOf = (list: readonly Evaluation[]) => total(list.map(({ score }) => score));
  const result = { ...scoreOf(evaluations), published: scoreOf(real), constructed: scoreOf(constructed) };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(result, undefined, 2)}\n`);
  print(
    `${result.pairs} pairs: precision ${percent(result.precision)}, recall ${percent(result.recall)}, ${result.wrongAtHighConfidence} wrong at high confidence`,
  );
  return (
    result.precision >= TARGETS.precision &&
    result.recall >= TARGETS.recall &&
    result.wrongAtHighConfidence <= TARGETS.wrongAtHighConfidence
  );
}
