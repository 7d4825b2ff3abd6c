// `npm run fuzz`: a million nearly valid requests for the receivers. `-- --inputs N --seed N`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'hindcast-fuzz-'));
try {
  const outfile = join(folder, 'fuzz.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fuzzReceivers.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  const { fuzzReceivers } = (await import(pathToFileURL(outfile).href)).default;
  const seed = Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  const begun = Date.now();
  const result = await fuzzReceivers(Number(values.inputs), seed, (line) => process.stdout.write(`  ${line}\n`));
  process.stdout.write(
    `${JSON.stringify({ seed, seconds: Math.round((Date.now() - begun) / 1000), ...result }, undefined, 2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
