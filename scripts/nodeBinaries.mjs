// Where to find a Node of a given major version: the one that runs this, or the binary that npm installed for it.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const runningMajor = Number(process.versions.node.split('.')[0]);

/** Absolute path of a Node binary of that major version, or undefined when this machine has none. */
export function nodeBinary(major) {
  const name = `node${major}-${process.platform}-${process.arch}`;
  try {
    const binary = join(dirname(require.resolve(`${name}/package.json`)), 'bin', 'node');
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed on this platform: fall through to the running one.
  }
  return runningMajor === major ? process.execPath : undefined;
}
