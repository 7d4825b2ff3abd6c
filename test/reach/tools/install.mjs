// Installs the compilers that test/reach tries into .tools/reach, pinned by the lock file beside this script; once.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname;
const folder = fileURLToPath(new URL('../../../.tools/reach', import.meta.url));
const INSTALL_MS = 240_000;

/** The folder with the tools in it; throws with npm's words when they cannot be had. */
export function installTools() {
  const lock = readFileSync(join(here, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const mark = join(folder, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(here, name), join(folder, name));
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INSTALL_MS,
    });
  } catch (error) {
    throw new Error(`npm could not install the tools of test/reach: ${String(error.stderr ?? error).slice(0, 500)}`);
  }
  writeFileSync(mark, wanted);
  return folder;
}
