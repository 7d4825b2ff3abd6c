import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesOf, type PublishedPackage } from '../drift/publishedVersions.js';
import { assessVersions, type DiffResult } from './versionDiffs.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** @param drift the folder with the list of packages, @param tools where packages are kept */
export async function evalAssess(drift: string, tools: string): Promise<boolean> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
  const rows = JSON.parse(readFileSync(join(drift, 'packages.json'), 'utf8')) as PublishedPackage[];
  const results: DiffResult[] = [];
  print('   ms  cpu files functions  ran');
  for (const row of rows.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name))) {
    const versions = row.versions.map((version) => {
      const files = new Map(filesOf(tools, row, version));
      return [version, files.set('VERSION', `${version}\n`)] as const;
    });
    const [first] = versions;
    const last = versions.at(-1);
    const all = [
      ...(await assessVersions(row.name, versions)),
      ...(first && last ? await assessVersions(row.name, [first, last]) : []),
    ];
    for (const { title, milliseconds, cpuMilliseconds, filesChanged, functions, ran, problems } of all) {
      const figures = [
        milliseconds.toFixed(0).padStart(5),
        cpuMilliseconds.toFixed(0).padStart(4),
        filesChanged,
        functions,
        ran,
      ];
      print(`${figures.join(' ')}  ${title}`);
      for (const problem of problems.slice(0, 10)) print(`    ${problem}`);
    }
    results.push(...all);
  }
  const problems = results.reduce((sum, result) => sum + result.problems.length, 0);
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ diffs: results.length, problems, results }, undefined, 2)}\n`);
  print(`${results.length} diffs, ${problems} problems`);
  return problems === 0;
}
