// The peers that the bench compares with. They are no dependencies of Hindcast: they are installed when the bench first runs.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const INSTALL_DEADLINE_MS = 240_000;
const run = promisify(execFile);

/** dd-trace 6 and OpenTelemetry's current packages need Node 22.15; for Node 20 the last ones that support it. */
const folderFor = (nodeMajor) => join(import.meta.dirname, 'peers', nodeMajor < 22 ? 'node20' : 'current');

/** What was installed must be what the lock file says: npm keeps a copy of it beside the packages. */
function isInstalled(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const { packages } = JSON.parse(readFileSync(installed, 'utf8'));
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version);
}

/**
 * Makes the peers for a Node version available. Gives `{resolve, versions}`, or `{missing}` with the reason when they
 * cannot be installed (no network, say): a peer that is not there has no number.
 */
export async function ensurePeers(nodeMajor, log) {
  const folder = folderFor(nodeMajor);
  if (!isInstalled(folder)) {
    log('installing what Hindcast is compared with (once)…');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    try {
      await run(npm, ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
        cwd: folder,
        timeout: INSTALL_DEADLINE_MS,
        maxBuffer: 16 << 20,
      });
    } catch (error) {
      return {
        missing: `npm ci in ${folder} failed: ${String(error.stderr || error.message)
          .trim()
          .slice(0, 300)}`,
      };
    }
  }
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { resolve: createRequire(join(folder, 'package.json')).resolve, versions: dependencies };
}
