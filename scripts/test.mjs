// `npm test`: builds, then runs every test. `npm test -- <vitest arguments>` runs some.
import { spawnSync } from 'node:child_process';

const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
const reporters = ['--reporter=default', '--reporter=./scripts/summaryReporter.mjs'];
run('scripts/build.mjs');
run('node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2));
