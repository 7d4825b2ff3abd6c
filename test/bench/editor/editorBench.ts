import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  CodeLensRequest,
  InlayHintRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { startCollectorProgram, type RunningProgram } from '../../cli/program.js';
import { OtlpClient, declarationRequest, metricsRequest } from '../../integration/collectorClient.js';
import { LspClient, eventually } from '../../lsp/lspClient.js';
import { corpusFile, type CorpusFile } from './editorCorpus.js';
import { activationMs } from './activation.js';

/** What is promised; `null` where nothing is. */
const TARGETS = {
  hintsP95Ms: 5,
  lensesP95Ms: 5,
  firstOverlayMs: 150,
  keystrokeToHintMs: 30,
  activateMs: 50,
  rssMb: 150,
  vsixBytes: 5 << 20,
  idleCpuPercent: 1,
} as const;
type Figures = Record<keyof typeof TARGETS, number>;

const FILES = 100;
const FUNCTIONS_PER_FILE = 500;
const OPEN_FILES = 200;
const FUNCTIONS_PER_SMALL_FILE = 30;
/** What an editor asks for: what is on the screen and some more. */
const VISIBLE_LINES = 150;
const KEYS_PER_FUNCTION = 40;
const IDLE_MS = 4000;
const OPEN_DEADLINE_MS = 60_000;

/** Runs the bench, prints the figures and writes them where `--json` says. */
export async function editorBench(args: readonly string[], root: string): Promise<void> {
  const options = { json: { type: 'string' }, quick: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = await mkdtemp(join(tmpdir(), 'hindcast-bench-'));
  const collector = await startCollectorProgram();
  try {
    const large = Array.from({ length: FILES }, (_, index) => corpusFile(index, FUNCTIONS_PER_FILE));
    const small = Array.from({ length: OPEN_FILES }, (_, index) => corpusFile(FILES + index, FUNCTIONS_PER_SMALL_FILE));
    await report(collector, [...large, ...small]);
    const repetitions = values.quick ? 200 : 1000;
    const speed = await measureSpeed(root, folder, collector, large, repetitions, values.quick ? 3 : 10);
    const size = await measureSize(root, folder, collector, [...large.slice(0, 1), ...small]);
    const figures: Figures = {
      ...speed,
      activateMs: await activationMs(root, values.quick ? 5 : 15),
      ...size,
      vsixBytes: await vsixBytes(root, folder),
    };
    print(figures);
    if (values.json !== undefined) {
      await mkdir(dirname(values.json), { recursive: true });
      await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
  } finally {
    await collector.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Has a service report every function of every file. */
async function report(collector: RunningProgram, files: readonly CorpusFile[]): Promise<void> {
  const otlp = new OtlpClient(collector.otlpGrpc);
  const service = { name: 'shop' };
  // No two requests of the same time: the second would count as sent again.
  const endMs = Date.now();
  const startMs = endMs - 60_000;
  for (const [at, { path, hash, functions }] of files.entries()) {
    await otlp.export('logs', declarationRequest(service, path, hash, functions));
    const calls = functions.map((own, index) => ({ ...own, calls: 60 + index * 10, errors: index % 10 === 0 ? 1 : 0 }));
    await otlp.export('metrics', metricsRequest(service, path, startMs - at, endMs - at, calls));
  }
  otlp.close();
}

interface Server {
  readonly child: ChildProcess;
  readonly client: LspClient;
  end(): Promise<void>;
}

async function startServer(root: string, collector: RunningProgram): Promise<Server> {
  const child = spawn(process.execPath, [join(root, 'dist', 'server.cjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const client = new LspClient(
    createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin)),
  );
  client.settings = { minimumCallsPerMinute: 1 };
  await client.initialize(collector.query);
  await eventually('the connection', () => client.statuses.find(({ state }) => state === 'connected'), 30_000);
  return {
    child,
    client,
    end: async () => {
      await client.close();
      child.kill();
    },
  };
}

const uriOf = (folder: string, { path }: CorpusFile) => pathToFileURL(join(folder, path)).href;

/** Milliseconds from opening a file until it shows something: the editor asks when it is told to. */
async function firstOverlay({ client }: Server, uri: string, text: string): Promise<number> {
  const begun = performance.now();
  await client.open(uri, text);
  for (;;) {
    const before = client.refreshes;
    if ((await hints(client, uri, 0)) > 0) return performance.now() - begun;
    while (client.refreshes === before) {
      await delay(1);
      if (performance.now() - begun > OPEN_DEADLINE_MS)
        throw new Error(
          `No numbers of ${uri}: ${JSON.stringify(client.statuses.at(-1)?.message)} ${client.logged.join('\n')}`,
        );
    }
  }
}

async function hints(client: LspClient, uri: string, line: number): Promise<number> {
  const range = { start: { line, character: 0 }, end: { line: line + VISIBLE_LINES, character: 0 } };
  const found = await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
  return found?.length ?? 0;
}

/** As an editor sees it: over pipes, with everything that the protocol adds. */
async function measureSpeed(
  root: string,
  folder: string,
  collector: RunningProgram,
  files: readonly CorpusFile[],
  repetitions: number,
  openings: number,
): Promise<Pick<Figures, 'hintsP95Ms' | 'lensesP95Ms' | 'firstOverlayMs' | 'keystrokeToHintMs'>> {
  const server = await startServer(root, collector);
  const { client } = server;
  const [main] = files;
  if (!main) throw new Error('no files');
  try {
    // The first file loads the grammar: an editor has that behind it when people open the next.
    const opened: number[] = [];
    for (const file of files.slice(0, openings + 1)) {
      opened.push(await firstOverlay(server, uriOf(folder, file), file.text));
    }
    const uri = uriOf(folder, main);
    const lines = main.text.split('\n').length;
    const timed = async (ask: (index: number) => Promise<unknown>) => {
      const taken: number[] = [];
      for (let index = 0; index < repetitions; index++) {
        const begun = performance.now();
        await ask(index);
        taken.push(performance.now() - begun);
      }
      return taken;
    };
    const hintTimes = await timed((index) => hints(client, uri, (index * 97) % (lines - VISIBLE_LINES)));
    const lensTimes = await timed(() => client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } }));
    let version = 1;
    const keyTimes = await timed(async (index) => {
      // A person types some words in one function, then in another.
      const line = 1 + 10 * ((Math.floor(index / KEYS_PER_FUNCTION) * 37) % (FUNCTIONS_PER_FILE - 20)) + 1;
      const at = { line, character: 2 };
      await client.change(uri, ++version, [{ range: { start: at, end: at }, text: 'x' }]);
      if ((await hints(client, uri, line)) === 0) throw new Error('No hint after a key.');
    });
    return {
      hintsP95Ms: quantile(hintTimes, 0.95),
      lensesP95Ms: quantile(lensTimes, 0.95),
      firstOverlayMs: quantile(opened.slice(1), 0.5),
      keystrokeToHintMs: quantile(keyTimes, 0.95),
    };
  } finally {
    await server.end();
  }
}

/** What the server takes with many files open, and what it does when nothing happens. */
async function measureSize(
  root: string,
  folder: string,
  collector: RunningProgram,
  files: readonly CorpusFile[],
): Promise<Pick<Figures, 'rssMb' | 'idleCpuPercent'>> {
  const server = await startServer(root, collector);
  try {
    for (const file of files) await server.client.open(uriOf(folder, file), file.text);
    for (const file of files) {
      const uri = uriOf(folder, file);
      await eventually(file.path, async () => ((await hints(server.client, uri, 0)) > 0 ? true : undefined), 180_000);
    }
    await delay(IDLE_MS / 2);
    const before = await processFigures(server.child);
    await delay(IDLE_MS);
    const after = await processFigures(server.child);
    return { rssMb: after.rssMb, idleCpuPercent: (100 * (after.cpuMs - before.cpuMs)) / IDLE_MS };
  } finally {
    await server.end();
  }
}

/** From Linux's /proc; elsewhere nothing is known. */
async function processFigures({ pid }: ChildProcess): Promise<{ rssMb: number; cpuMs: number }> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { rssMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024, cpuMs: ticks * 10 };
  } catch {
    return { rssMb: Number.NaN, cpuMs: Number.NaN };
  }
}

async function vsixBytes(root: string, folder: string): Promise<number> {
  const out = join(folder, 'hindcast.vsix');
  const child = spawn(process.execPath, [join(root, 'scripts', 'package.mjs'), '--no-build', '--out', out], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`npm run package ended with ${code}`))));
  });
  return (await stat(out)).size;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function print(figures: Figures): void {
  for (const [name, target] of Object.entries(TARGETS)) {
    const value = figures[name as keyof Figures];
    const text = name === 'vsixBytes' ? String(value) : value.toFixed(2);
    process.stdout.write(
      `${name.padEnd(20)}${text.padStart(10)}   target ${target}${value <= target ? '' : '   MISSED'}\n`,
    );
  }
}
