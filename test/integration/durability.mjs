// `npm run eval:durability`: kills a collector a hundred times at random moments under load. `-- N` for another number.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const kills = process.argv[2] ?? '100';
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--project', 'integration', 'test/integration/collectorDurability.test.ts'];
const { status } = spawnSync(process.execPath, args, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HINDCAST_KILLS: kills },
});
process.exitCode = status ?? 1;
