// zod's own tests, run by vitest over its published code.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from './hindcastSupport.mjs';

const report = join(appRoot, `hindcastReport-${process.pid}.json`);
writeFileSync(
  join(appRoot, 'hindcastVitest.config.mjs'),
  `// The files share one process, so their order must be the same in every run.
class InOrder { shard(files) { return files } sort(files) { return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)) } }
export default { test: {
    include: ['src/v4/classic/tests/*.test.ts', 'src/v4/core/tests/*.test.ts', 'src/v4/mini/tests/*.test.ts', 'src/v3/tests/*.test.ts'],
    alias: [{ find: /^zod\\/(.*)$/, replacement: '${appRoot}/$1/index.js' }, { find: 'zod', replacement: '${appRoot}/index.js' }],
    server: { deps: { external: [/zod[/](index|v[34]|mini|locales)/] } }, pool: 'forks', isolate: false, maxWorkers: 1, fileParallelism: false, sequence: { sequencer: InOrder }, typecheck: { enabled: false } } };\n`,
);
const { status, stderr } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'hindcastVitest.config.mjs',
    '--reporter=json',
    `--outputFile=${report}`,
  ],
  { cwd: appRoot, encoding: 'utf8' },
);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(report);
const states = { passed: 'pass', failed: 'fail', skipped: 'skip', pending: 'skip', todo: 'todo' };
const outcomes = testResults.flatMap(({ name, status: fileStatus, assertionResults }) => [
  { name: name.slice(appRoot.length), state: states[fileStatus] },
  ...assertionResults.map(({ fullName, status: state }) => ({
    name: `${name.slice(appRoot.length)} ${fullName}`,
    state: states[state],
  })),
]);
process.stderr.write(stderr);
process.stdout.write(`${JSON.stringify(outcomes.sort((a, b) => (a.name < b.name ? -1 : 1)))}\n`);
process.exitCode = status ?? 1;
