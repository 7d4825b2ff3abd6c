// `npm run bench:query`: what questions cost a collector whose store is full. Bundles query/benchQueries.ts, and runs it.
//   --quick        fewer functions, at most a minute          --json FILE    write the figures
//   --store WHERE  a database file, `memory`, an address `clickhouse://…`, or `chdb`: ClickHouse's engine from npm, started for it;
//                  a new file unless given
//   --functions N  5,000 unless given                         --days N       7 unless given
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { installChdb } from '../scale/tools/install.mjs';

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
const args = process.argv.slice(2);
let chdb;
try {
  if (args.includes('chdb')) {
    chdb = await startChdb();
    args[args.indexOf('chdb')] = chdb.address;
  }
  await benchQueries(args);
} catch (error) {
  process.stderr.write(`bench:query: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  chdb?.close();
}

async function startChdb() {
  const { folder, reason } = installChdb();
  if (reason) throw new Error(reason);
  const data = mkdtempSync(join(tools, 'chdb-'));
  const script = join(import.meta.dirname, '..', 'scale', 'tools', 'chdbServer.cjs');
  const child = spawn(process.execPath, [script, folder, data], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(Number(chunk)));
    child.once('exit', () => reject(new Error('chdb did not start')));
  });
  return {
    address: `clickhouse://127.0.0.1:${port}/bench?timeout_ms=600000&write_interval_ms=0`,
    close: () => {
      child.once('exit', () => rmSync(data, { recursive: true, force: true }));
      child.kill('SIGKILL');
    },
  };
}
