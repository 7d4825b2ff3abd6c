// `npm run eval:drift`: how well functions are followed from version to version. Bundles evalDrift.ts, and runs it.
//   --json FILE   write the figures      --quick   fewer packages and histories      --verbose   every wrong and missed one
//   --only CHANGE,…   histories in which one of these is done
//   --repo PATH --from REVISION [--to REVISION]    print the mapping of any repository instead
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const tools = join(import.meta.dirname, '..', '..', '.tools', 'drift');
const outfile = join(tools, 'evalDrift.mjs');
await mkdir(tools, { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'evalDrift.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['@vscode/tree-sitter-wasm', 'prettier'],
  logLevel: 'warning',
  outfile,
});
const { evalDrift } = await import(pathToFileURL(outfile).href);
try {
  process.exitCode = (await evalDrift(import.meta.dirname, tools)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`eval:drift: ${error.message}\n`);
  process.exitCode = 2;
}
