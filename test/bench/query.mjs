// `npm run bench:query`: what questions cost a collector whose store is full. Bundles query/benchQueries.ts, and runs it.
//   --quick        fewer functions, at most a minute          --json FILE    write the figures
//   --store WHERE  a database file, `memory` or another store's address; a new file unless given
//   --functions N  5,000 unless given                         --days N       7 unless given
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const tools = join(import.meta.dirname, '..', '..', '.tools', 'bench');
const outfile = join(tools, 'benchQueries.mjs');
await mkdir(tools, { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'query/benchQueries.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['@grpc/*', 'protobufjs', '@clickhouse/client', 'yaml'],
  logLevel: 'warning',
  outfile,
});
const { benchQueries } = await import(pathToFileURL(outfile).href);
try {
  await benchQueries(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench:query: ${error.message}\n`);
  process.exitCode = 1;
}
