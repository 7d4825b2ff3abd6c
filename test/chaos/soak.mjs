// `node test/chaos/soak.mjs [--long | --seconds N]`: the soak test for longer than CI runs it; --long is ten minutes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { long: { type: 'boolean' }, seconds: { type: 'string', default: '20' } } });
const seconds = values.long ? 600 : Number(values.seconds);
if (!(seconds >= 10)) {
  console.error(`soak: --seconds must be a number from 10 on; it is "${values.seconds}"`);
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', 'test/chaos/soak.test.ts'];
const { status } = spawnSync(process.execPath, ['scripts/withNode24.mjs', ...vitest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HINDCAST_SOAK_SECONDS: String(seconds) },
});
process.exit(status ?? 1);
