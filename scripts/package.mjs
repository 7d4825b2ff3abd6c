// `npm run package`: builds, and makes hindcast-<version>.vsix of exactly what .vscodeignore allows. `--out FILE` names it
// otherwise, `--no-build` takes dist/ as it is.
import { spawnSync } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MAX_BYTES = 5 << 20;
/** Parts of the manifest that are about this repository, not about the extension. */
const OURS_ALONE = ['workspaces', 'scripts', 'devDependencies', 'optionalDependencies', 'overrides'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(cwd, ...args) {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} failed with code ${status}`);
}

/** Copies what the extension is made of: vsce would search every folder of the checkout for it. */
async function stage(folder) {
  const ignore = await readFile(join(root, '.vscodeignore'), 'utf8');
  const patterns = ignore.split('\n').filter((line) => line.startsWith('!'));
  for (const pattern of patterns.map((line) => line.slice(1))) {
    for await (const file of glob(pattern, { cwd: root })) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(root, file), join(folder, file));
    }
  }
  await writeFile(join(folder, '.vscodeignore'), ignore);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const field of OURS_ALONE) delete manifest[field];
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  return manifest;
}

async function makePackage({ out, build }) {
  if (build) run(root, 'scripts/build.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'hindcast-package-'));
  try {
    const { version } = await stage(folder);
    const file = resolve(out ?? join(root, `hindcast-${version}.vsix`));
    await mkdir(dirname(file), { recursive: true });
    run(
      folder,
      join(root, 'node_modules', '@vscode', 'vsce', 'vsce'),
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      // The repository's own README has pictures and relative links that an installed extension cannot show.
      ...['--readme-path', 'client/README.md'],
      ...['--out', file],
    );
    const { size } = await stat(file);
    process.stdout.write(`package: ${file}, ${(size / (1 << 20)).toFixed(2)} MB\n`);
    if (size >= MAX_BYTES) throw new Error(`larger than ${MAX_BYTES >> 20} MB; see above for what crept in`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  const options = { out: { type: 'string' }, 'no-build': { type: 'boolean', default: false } };
  const { values } = parseArgs({ options });
  await makePackage({ out: values.out, build: !values['no-build'] });
} catch (error) {
  process.stderr.write(`package: ${error.message}\n`);
  process.exitCode = 1;
}
