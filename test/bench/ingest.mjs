// `npm run bench:ingest`: how much a collector takes for a second of its own CPU time, beside what else could be had from npm,
// in one run. See docs/collector.md for what it measures.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { drive, grpcSender, httpSender } from './ingest/load.mjs';
import { firstTurn, pointTemplates, spanTemplates } from './ingest/requests.mjs';

const HELP = `npm run bench:ingest -- [options]
  --quick          at most a minute instead of about a quarter of an hour
  --json FILE      write the figures there too
  --minutes N      how long memory is watched at full load (default 10; 0 with --quick)
  --store memory   a store in memory instead of a database file
  --profile FOLDER the collector writes a CPU profile there; the figures then include the profiler
  --only A,B       of grpc, http, points, protobufjs, mockotlpserver, memory
`;
const root = join(import.meta.dirname, '..', '..');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    minutes: { type: 'string' },
    store: { type: 'string' },
    profile: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}
const isAsked = (name) => options.only === undefined || options.only.split(',').includes(name);
const rounds = options.quick ? 3 : 6;
const roundMs = options.quick ? 1_500 : 5_000;
const WARM_UP_ITEMS = 400_000;
const minutes = Number(options.minutes ?? (options.quick ? 0 : 10));
const log = (line) => process.stdout.write(`${line}\n`);

/** A server in a process of its own that tells its addresses and, when asked, what it has used. */
async function start(program, args, execArgv = []) {
  const child = fork(program, args, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const first = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`))),
  ]);
  return {
    addresses: first[0],
    usage: async () => {
      const answer = once(child, 'message');
      child.send('usage');
      return (await answer)[0];
    },
    stop: async () => {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** Warm-up, then rounds; gives items for each second of the server's CPU time: the median, and all of them. */
async function measure(server, sender, signal, templates, turns) {
  // Until the code is compiled: on a busy machine a moment is not enough.
  const warmUntil = Date.now() + (options.quick ? 3_000 : 30_000);
  for (let items = 0; items < WARM_UP_ITEMS && Date.now() < warmUntil;) {
    items += await drive(sender, signal, templates, turns, 500);
  }
  const figures = [];
  for (let round = 0; round < rounds; round++) {
    const before = await server.usage();
    const begun = performance.now();
    const items = await drive(sender, signal, templates, turns, roundMs);
    const after = await server.usage();
    figures.push({
      perCpuSecond: (items / (after.cpuMs - before.cpuMs)) * 1000,
      perSecond: (items / (performance.now() - begun)) * 1000,
    });
  }
  figures.sort((a, b) => a.perCpuSecond - b.perCpuSecond);
  sender.close();
  return figures[Math.floor(figures.length / 2)];
}

const rounded = (value) => (value === undefined ? undefined : Math.round(value));
const folder = mkdtempSync(join(tmpdir(), 'hindcast-bench-ingest-'));
try {
  const program = join(folder, 'collector.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'ingest', 'collectorUnderLoad.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: options.profile === undefined,
    keepNames: true,
    logLevel: 'error',
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  const profiler = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const startCollector = () => start(program, [options.store ?? join(folder, 'store.db')], profiler);
  const spans = spanTemplates();
  const points = pointTemplates();
  const turns = { next: firstTurn() };
  const results = {};
  const cases = [
    ['grpc', 'spans', 'hindcast collector, gRPC, decoded, aggregated and stored', startCollector],
    ['http', 'spans', 'hindcast collector, HTTP, decoded, aggregated and stored', startCollector],
    ['points', 'points', 'hindcast collector, gRPC, function points', startCollector],
    [
      'protobufjs',
      'spans',
      'protobufjs reflection on grpc-js, decoded and counted',
      () => start(join(import.meta.dirname, 'ingest', 'baselineServer.mjs'), ['protobufjs']),
    ],
    [
      'mockotlpserver',
      'spans',
      '@elastic/mockotlpserver, gRPC, decoded and counted',
      () => start(join(import.meta.dirname, 'ingest', 'baselineServer.mjs'), ['mockotlpserver']),
    ],
  ];
  for (const [name, what, title, startServer] of cases) {
    if (!isAsked(name)) continue;
    const server = await startServer();
    const sender = name === 'http' ? httpSender(server.addresses.otlpHttp) : grpcSender(server.addresses.otlpGrpc);
    results[name] =
      what === 'spans'
        ? await measure(server, sender, 'traces', spans, turns)
        : await measure(server, sender, 'metrics', points, turns);
    log(
      `${title.padEnd(62)} ${rounded(results[name].perCpuSecond).toLocaleString('en').padStart(9)} ${what}/CPU-s` +
        ` ${rounded(results[name].perSecond).toLocaleString('en').padStart(9)} ${what}/s`,
    );
    await server.stop();
  }
  const memory = isAsked('memory') ? await watchMemory(startCollector, spans, turns) : {};
  if (memory.seconds !== undefined) {
    log(`memory: ${memory.rssStartMb} MB once warm, ${memory.rssEndMb} MB after ${memory.seconds} s of full load`);
  }
  const report = {
    spansPerSecondPerCore: rounded(results.grpc?.perCpuSecond),
    httpSpansPerSecondPerCore: rounded(results.http?.perCpuSecond),
    functionPointsPerSecondPerCore: rounded(results.points?.perCpuSecond),
    baselineSpansPerSecondPerCore: rounded(results.protobufjs?.perCpuSecond),
    mockotlpserverSpansPerSecondPerCore: rounded(results.mockotlpserver?.perCpuSecond),
    rssStartMb: memory.rssStartMb,
    rssEndMb: memory.rssEndMb,
    memorySeconds: memory.seconds,
    node: process.version,
  };
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Full load for as long as asked: what the process holds once it is warm, and at the end. */
async function watchMemory(startServer, templates, turns) {
  const warmUpMs = options.quick ? 4_000 : 60_000;
  const watchMs = minutes > 0 ? minutes * 60_000 : 6_000;
  const server = await startServer();
  const sender = grpcSender(server.addresses.otlpGrpc);
  await drive(sender, 'traces', templates, turns, warmUpMs);
  const start = await server.usage();
  const begun = Date.now();
  while (Date.now() < begun + watchMs) {
    await drive(sender, 'traces', templates, turns, Math.min(60_000, watchMs));
    if (watchMs > 60_000)
      log(`  ${Math.round((Date.now() - begun) / 1000)} s: ${rounded((await server.usage()).rssMb)} MB`);
  }
  const end = await server.usage();
  sender.close();
  await server.stop();
  return {
    rssStartMb: rounded(start.rssMb),
    rssEndMb: rounded(end.rssMb),
    seconds: Math.round((Date.now() - begun) / 1000),
  };
}
