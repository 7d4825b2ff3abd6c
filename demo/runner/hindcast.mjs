import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnv } from './shop.mjs';

const READY_MS = 30_000;
const COMMAND_MS = 20_000;
const root = join(import.meta.dirname, '..', '..');
const program = join(root, 'dist', 'hindcast.cjs');
const run = promisify(execFile);

/** Starts the collector on its usual ports, or on free ones where they are taken. Returns its pid and addresses. */
export async function startCollector({ processes, scratch, choosePort }) {
  const otlpGrpc = `127.0.0.1:${await choosePort(4317, 'the collector (OTLP over gRPC)')}`;
  const otlpHttp = `127.0.0.1:${await choosePort(4318, 'the collector (OTLP over HTTP)')}`;
  const query = `127.0.0.1:${await choosePort(4319, 'the collector (queries)')}`;
  const store = join(scratch, 'collector.db');
  const args = [
    program,
    'collector',
    '--otlp-grpc',
    otlpGrpc,
    '--otlp-http',
    otlpHttp,
    '--query',
    query,
    '--store',
    store,
  ];
  const child = processes.startNode('collector', args, { cwd: root, env: cleanEnv() });
  await child.line(new RegExp(query.replaceAll('.', '\\.')), READY_MS);
  return { pid: child.pid, otlpGrpc, otlpHttp, query, store };
}

/** Runs `hindcast annotate` on a file of the repository and resolves with what it prints. */
export async function annotate(file, query, ...flags) {
  const args = [program, 'annotate', file, '--collector', query, ...flags];
  const { stdout } = await run(process.execPath, args, { cwd: root, env: cleanEnv(), timeout: COMMAND_MS });
  return stdout;
}
