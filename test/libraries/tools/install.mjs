// Installs the libraries that test/libraries tries into .tools/libraries, pinned by the lock files beside this script; once.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folders = { current: '.', previous: 'previous' };
const target = fileURLToPath(new URL('../../../.tools/libraries', import.meta.url));
const INSTALL_MS = 300_000;

export function installLibraries(set) {
  const source = join(import.meta.dirname, folders[set]);
  const folder = join(target, set);
  const lock = readFileSync(join(source, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const mark = join(folder, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(source, name), join(folder, name));
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INSTALL_MS,
    });
  } catch (error) {
    throw new Error(
      `npm could not install the libraries of test/libraries (${set}): ${String(error.stderr ?? error).slice(0, 500)}`,
    );
  }
  writeFileSync(mark, wanted);
  return folder;
}
