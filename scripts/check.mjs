// `npm run check`: generated files are fresh, formatting, types, lint with the dependency rules. Runs all, fails if one fails.
import { spawnSync } from 'node:child_process';

const steps = [
  ['generated files', 'scripts/generate.mjs', '--check'],
  ['table of settings', 'scripts/settingsTable.mjs', '--check'],
  ['what agents get', 'scripts/agentContributions.mjs', '--check'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['types', 'node_modules/typescript/bin/tsc', '-b'],
  ['lint', 'node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'],
];
const failed = steps.filter(([name, ...args]) => {
  process.stdout.write(`check: ${name}\n`);
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  process.stderr.write(`check failed: ${failed.map(([name]) => name).join(', ')}\n`);
  process.exit(1);
}
