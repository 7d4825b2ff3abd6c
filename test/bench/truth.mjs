// `npm run eval:truth [-- RUNS]`: 1,000 random workloads against an exact count, in memory and from a file (npm test runs a few).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'unit', 'collector/src/store/storeTruth.test.ts'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, HINDCAST_TRUTH_RUNS: process.argv[2] ?? '1000' } },
);
process.exitCode = status ?? 1;
