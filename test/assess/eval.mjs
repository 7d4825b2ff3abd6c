// How changes between published versions are assessed: the same bytes twice, the right function's traffic, an exact list of what is not
// matched, and how long it takes. Bundles evalAssess.ts, and runs it.   --json FILE   write the figures   --only NAME,NAME   of these packages
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const tools = join(root, '.tools', 'drift');
const outfile = join(root, '.tools', 'assess', 'evalAssess.mjs');
await mkdir(tools, { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'evalAssess.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  alias: {
    '@hindcast/core': join(root, 'core', 'src'),
    '@hindcast/proto': join(root, 'proto', 'src'),
    '@hindcast/server': join(root, 'server', 'src'),
    '@hindcast/collector': join(root, 'collector', 'src'),
  },
  logLevel: 'warning',
  outfile,
});
const { evalAssess } = await import(pathToFileURL(outfile).href);
process.exitCode = (await evalAssess(join(root, 'test', 'drift'), tools)) ? 0 : 1;
