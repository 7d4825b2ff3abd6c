// `npm start`: a shop of four services under traffic, the collector, an annotated function in the terminal, and the editor on
// the shop's code. Ctrl+C ends everything that was started; a second one does not wait.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openEditor } from './runner/editor.mjs';
import { excerptOf } from './runner/excerpt.mjs';
import { parseFlags, usage, UsageError } from './runner/flags.mjs';
import { annotate, startCollector } from './runner/hindcast.mjs';
import { portChooser } from './runner/ports.mjs';
import { Processes } from './runner/processes.mjs';
import { cleanEnv, serviceNames, startShop } from './runner/shop.mjs';
import { buildStorefront } from './storefront/build.mjs';

const root = join(import.meta.dirname, '..');
/** Calls of the function shown in the terminal before it is shown: a rate and a quantile of fewer say little. */
const ENOUGH_CALLS = 10;
const FIRST_NUMBERS_MS = 30_000;
/** npm and the Node that it starts both pass the terminal's Ctrl+C on: within this time it is one. */
const SAME_SIGNAL_MS = 700;
const shown = { file: 'demo/orders/src/app.js', opening: 'async function createOrder(', name: 'createApp.createOrder' };

const tell = (line) => process.stdout.write(`${line}\n`);
const row = (what, text) => tell(`  ${what.padEnd(12)} ${text}`);

const flags = readFlags();
const scratch = mkdtempSync(join(tmpdir(), 'hindcast-demo-'));
const choosePort = portChooser({ alwaysFree: flags.freePorts, tell });
const loadReport = join(scratch, 'load.json');
const processes = new Processes(scratch, (name, code, lastLines) => {
  process.stderr.write(`\nThe ${name} ended unexpectedly (${code}):\n${lastLines.join('\n')}\n`);
  void stop(1);
});
let editor;
let state = {};
let stopping;

stopOnSignals();
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
try {
  await main();
} catch (error) {
  if (!stopping) process.stderr.write(`\nThe demo could not start: ${error.message}\n`);
  await stop(1);
}

async function main() {
  tell('Hindcast demo');
  await build();
  const collector = await startCollector({ processes, scratch, choosePort });
  row('collector', `${collector.otlpGrpc} takes OTLP, ${collector.query} answers`);
  const services = await startShop({ processes, otlpEndpoint: `http://${collector.otlpGrpc}`, scratch, choosePort });
  for (const { name, url, made } of Object.values(services)) row(name, `${url}  ${made}`);
  const load = startLoad(services.storefront.url);
  row(
    'traffic',
    `${flags.ratePerSecond} requests a second${flags.durationSeconds ? ` for ${flags.durationSeconds} s` : ''}`,
  );
  state = { pid: process.pid, collector, services, load: { pid: load.pid }, editor: null, ready: false };
  keepStateFile();
  await showAnnotatedFunction(collector.query);
  if (flags.editor && !stopping) {
    row('editor', 'starting');
    editor = await openEditor({ query: collector.query, scratch, tell: (line) => row('', line) });
    state.editor = { kind: editor.kind, url: editor.url };
    row('editor', editor.url ?? 'VS Code opens in a window of its own');
  }
  state.ready = true;
  tell(`\n${editor?.url ? 'Open the address above. ' : ''}Ctrl+C ends everything.`);
}

function readFlags() {
  try {
    const parsed = parseFlags(process.argv.slice(2));
    if (!parsed.help) return parsed;
    tell(usage);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`demo: ${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

async function build() {
  if (flags.build) {
    const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error('the build failed');
  }
  await buildStorefront();
}

function startLoad(url) {
  const args = [join(import.meta.dirname, 'load', 'main.mjs'), '--url', url, '--report', loadReport];
  args.push('--rate', String(flags.ratePerSecond));
  if (flags.durationSeconds) args.push('--duration', String(flags.durationSeconds));
  return processes.startNode('traffic', args, { cwd: root, env: cleanEnv(), mayEnd: true });
}

/** Rewrites the file of --json every second: a reader sees one state or the next, never half of one. */
function keepStateFile() {
  if (!flags.json) return;
  const file = resolve(process.env.INIT_CWD ?? '.', flags.json);
  const write = () => {
    const report = existsSync(loadReport) ? JSON.parse(readFileSync(loadReport, 'utf8')) : null;
    writeFileSync(`${file}.partial`, JSON.stringify({ ...state, load: { ...state.load, report } }, null, 2) + '\n');
    renameSync(`${file}.partial`, file);
  };
  write();
  setInterval(write, 1000).unref();
}

async function showAnnotatedFunction(query) {
  const deadline = Date.now() + FIRST_NUMBERS_MS;
  while (!stopping && !(await hasNumbers(query))) {
    if (Date.now() > deadline) {
      throw new Error(
        `the collector shows fewer than ${ENOUGH_CALLS} calls of ${shown.name} after ${FIRST_NUMBERS_MS / 1000} s`,
      );
    }
    await wait(1000);
  }
  if (stopping) return;
  tell(`\n  hindcast annotate ${shown.file}\n`);
  tell(excerptOf(await annotate(shown.file, query), shown.opening));
  tell('');
}

async function hasNumbers(query) {
  const { functions } = JSON.parse(await annotate(shown.file, query, '--json'));
  return functions.some(({ name, calls }) => name === shown.name && calls >= ENOUGH_CALLS);
}

function stopOnSignals() {
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!stopping) {
        first = Date.now();
        tell('\nEnding…');
        void stop(0);
      } else if (Date.now() - first > SAME_SIGNAL_MS) {
        process.exit(130);
      }
    });
  }
}

/** Ends all: traffic first, then the services, which report a last time, then the collector. */
function stop(code) {
  stopping ??= (async () => {
    const closing = editor?.close();
    await processes.stop(['traffic']);
    await processes.stop(serviceNames);
    await processes.stop(['collector']);
    await closing;
    process.exit(code);
  })();
  return stopping;
}
