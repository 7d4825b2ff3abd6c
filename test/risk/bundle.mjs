import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** Bundles a script of an evaluation with what it uses of ours, which is TypeScript, and loads it. */
export async function loadBundled(folder, file) {
  const tools = join(root, '.tools', basename(folder));
  await mkdir(tools, { recursive: true });
  const outfile = join(tools, file.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(folder, file)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [
      {
        name: 'workspace',
        setup: (building) => {
          building.onResolve({ filter: /^@hindcast\// }, ({ path }) => {
            const [, name, module] = /^@hindcast\/([^/]+)\/(.+)$/.exec(path);
            return { path: join(root, name, 'src', module.endsWith('.js') ? module : `${module}.ts`) };
          });
        },
      },
    ],
    logLevel: 'warning',
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}
