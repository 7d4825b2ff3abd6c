// `npm run package`: builds, and makes hindcast-<version>.vsix of what .vscodeignore allows. `--out FILE` names it otherwise.
import { spawnSync } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MAX_BYTES = 6 << 20;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { out: { type: 'string' }, 'no-build': { type: 'boolean', default: false } } });
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const out = resolve(values.out ?? join(root, `hindcast-${version}.vsix`));

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!values['no-build']) run('scripts/build.mjs');
await rm(out, { force: true });
run(
  join('node_modules', '@vscode', 'vsce', 'vsce'),
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  // The repository's own README has pictures and relative links that an installed extension cannot show.
  ...['--readme-path', 'client/README.md'],
  ...['--out', out],
);
const { size } = await stat(out);
process.stdout.write(`package: ${out}, ${(size / (1 << 20)).toFixed(2)} MB\n`);
if (size >= MAX_BYTES) {
  process.stderr.write(`package: larger than ${MAX_BYTES >> 20} MB. Look at "vsce ls --tree" for what crept in.\n`);
  process.exit(1);
}
