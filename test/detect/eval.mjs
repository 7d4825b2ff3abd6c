// `npm run eval:detect`: planted regressions that are found, and findings where nothing changed. Bundles evalDetect.ts, and runs it.
//   --json FILE   write the figures      --quick   fewer deployments, within a minute
//   --tune        with the seeds that the limits were chosen with      --max-p P   another limit of p-values
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    tune: { type: 'boolean', default: false },
    'max-p': { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, '.tools', 'detect', 'evalDetect.mjs');
await mkdir(join(root, '.tools', 'detect'), { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'evalDetect.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  plugins: [
    {
      name: 'workspace',
      // Our own packages are TypeScript: they are bundled.
      setup: (building) => {
        building.onResolve({ filter: /^@hindcast\// }, ({ path }) => {
          const [, folder, file] = /^@hindcast\/([^/]+)\/(.+)$/.exec(path);
          return { path: join(root, folder, 'src', `${file}.ts`) };
        });
      },
    },
  ],
  logLevel: 'warning',
  outfile,
});
const { evaluateDetection, SEEDS, TUNING_SEEDS } = await import(pathToFileURL(outfile).href);
const seeds = values.tune ? TUNING_SEEDS : SEEDS;
const figures = evaluateDetection({
  ...(values.quick ? { repeats: 1, nulls: 200, seeds: seeds.slice(0, 1) } : { repeats: 1, nulls: 400, seeds }),
  ...(values['max-p'] === undefined ? {} : { maxP: Number(values['max-p']) }),
});
const text = `${JSON.stringify(figures, undefined, 2)}\n`;
process.stdout.write(text);
if (values.json) await writeFile(values.json, text);
