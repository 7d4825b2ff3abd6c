// Runs a script with Node 24: `node scripts/withNode24.mjs script.mjs [args…]`.
// The tooling and the collector need node:sqlite without a flag (Node >= 22.15); machines often still have Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { nodeBinary } from './nodeBinaries.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
const isCurrent = major > 22 || (major === 22 && minor >= 15);
const binary = nodeBinary(24) ?? (isCurrent ? process.execPath : undefined);
if (!binary) {
  process.stderr.write(
    `hindcast: this needs Node 22.15 or newer; ${process.version} is running and npm has no Node binary for ` +
      `${process.platform}-${process.arch} here. Install a newer Node and run the command again.\n`,
  );
  process.exit(1);
}
const child = spawn(binary, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
