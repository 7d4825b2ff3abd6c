// Brings the engines that test/scale runs into .tools/scale, once: chdb from npm, pinned by the lock file beside this script, and
// Debian's clickhouse-server with ZooKeeper, unpacked from its packages without being installed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname;
const folder = fileURLToPath(new URL('../../../.tools/scale', import.meta.url));
const INSTALL_MS = 240_000;
const DEBIAN_PACKAGES = ['clickhouse-server', 'zookeeper'];

/** The folder with chdb in it, or why there is none. */
export function installChdb() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'chdb is tried on Linux x64 only.' };
  const target = join(folder, 'chdb');
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  const mark = join(target, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return { folder: target };
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(here, name), join(target, name));
  try {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], target);
  } catch (error) {
    return { reason: `npm could not install chdb: ${wordsOf(error)}` };
  }
  writeFileSync(mark, wanted);
  return { folder: target };
}

/** The root of the unpacked packages and where Java is, or why there are none. */
export function installDebianServer() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: "Debian's server is tried on Linux x64 only." };
  const target = join(folder, 'debian');
  const root = join(target, 'root');
  const mark = join(target, 'unpacked');
  if (!existsSync(mark)) {
    const packages = join(target, 'packages');
    rmSync(root, { recursive: true, force: true });
    rmSync(packages, { recursive: true, force: true });
    mkdirSync(packages, { recursive: true });
    try {
      const names = neededPackages();
      run('apt-get', ['download', ...names], packages);
      for (const file of readdirSync(packages)) run('dpkg', ['-x', file, root], packages);
    } catch (error) {
      return { reason: `Debian's clickhouse-server and zookeeper could not be fetched: ${wordsOf(error)}` };
    }
    rmSync(packages, { recursive: true });
    writeFileSync(mark, '');
  }
  const java = javaOf(root);
  return java === undefined ? { reason: 'There is no Java for ZooKeeper.' } : { root, java };
}

/** The packages and what of their dependencies this machine lacks; the lists of packages are fetched when it has none. */
function neededPackages() {
  const simulate = () =>
    run('apt-get', ['install', '-s', '--no-install-recommends', ...DEBIAN_PACKAGES], folder)
      .split('\n')
      .flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  try {
    return simulate();
  } catch {
    run('apt-get', ['update'], folder);
    return simulate();
  }
}

function javaOf(root) {
  try {
    run('java', ['-version'], folder);
    return 'java';
  } catch {
    const homes = join(root, 'usr/lib/jvm');
    const home = existsSync(homes)
      ? readdirSync(homes).find((it) => existsSync(join(homes, it, 'bin/java')))
      : undefined;
    return home && join(homes, home, 'bin/java');
  }
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_MS, encoding: 'utf8' });
}

function wordsOf(error) {
  return String(error.stderr || error.message || error)
    .trim()
    .slice(0, 400);
}
