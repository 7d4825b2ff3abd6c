#!/usr/bin/env node
// Starts the built command line with a Node that has node:sqlite.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const program = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'hindcast.cjs');
const fail = (message) => {
  process.stderr.write(`hindcast: ${message}\n`);
  process.exit(1);
};
if (!existsSync(program)) fail('not built yet. Run: npm run build');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 15)) {
  await import(pathToFileURL(program).href);
} else {
  const child = spawn(newerNode(), [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function newerNode() {
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`node24-${process.platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    return fail(`needs Node 22.15 or newer, and ${process.version} is running. Install a newer Node and run it again.`);
  }
}
