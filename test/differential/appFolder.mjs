// Unpacks a package from npm as an application of its own: its files at the top, its dependencies in node_modules below.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
/** Where applications are kept; ignored by git. */
export const toolsFolder = join(here, '..', '..', '.tools', 'differential');
const options = { maxBuffer: 64 << 20, timeout: 300_000 };

/**
 * Makes the folder for one row of packages.json and returns its path; does nothing when it is already there.
 * @throws Error with npm's words when the package cannot be had.
 */
export async function prepareApp(row) {
  const folder = join(toolsFolder, row.name.replace('/', '__'));
  const stamp = createHash('sha1')
    .update(JSON.stringify([row.version, row.with, row.files, row.link, 1]))
    .digest('hex');
  const stampFile = join(folder, '.hindcast-prepared');
  if (!existsSync(stampFile) || (await readFile(stampFile, 'utf8')) !== stamp) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await unpack(row, folder);
    await writeFile(stampFile, stamp);
  }
  if (row.driver) {
    await copyFile(join(here, 'drivers', row.driver), join(folder, 'hindcastDriver.mjs'));
    await copyFile(join(here, 'drivers', 'support.mjs'), join(folder, 'hindcastSupport.mjs'));
    await copyFile(join(here, 'drivers', 'httpScript.mjs'), join(folder, 'hindcastHttpScript.mjs'));
  }
  return folder;
}

async function unpack(row, folder) {
  try {
    const spec = `${row.name}@${row.version}`;
    const { stdout } = await run('npm', ['pack', spec, '--json', '--pack-destination', folder], {
      ...options,
      cwd: folder,
    });
    const [{ filename }] = JSON.parse(stdout);
    await run('tar', ['-xzf', filename, '--strip-components=1', '--no-same-owner'], { ...options, cwd: folder });
    await rm(join(folder, filename), { force: true });
    // Only what its code and its tests need: not the linters and the documentation tools of its authors.
    const manifestFile = join(folder, 'package.json');
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
    manifest.devDependencies = row.with ?? {};
    delete manifest.scripts;
    await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--workspaces=false'];
    await run('npm', ['install', ...flags], { ...options, cwd: folder });
    // For its plugins, which ask for it by its name.
    if (row.link) {
      const link = join(folder, 'node_modules', row.name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(folder, link, 'dir');
    }
    // A repository of its own, so that the application's root is this folder.
    await run('git', ['init', '-q'], { ...options, cwd: folder });
  } catch (error) {
    throw new Error(
      `${row.name}@${row.version} could not be fetched: ${String(error.stderr || error.message).trim()}`,
      {
        cause: error,
      },
    );
  }
}
