// The reporter's thread: reads the shared memory at intervals and sends what it finds. The program's thread does nothing for it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { NEVER_LOADED } from '@hindcast/proto/semconv';
import type { Declaration } from '../declarations.js';
import { findOwnCode, realPath } from '../discovery/ownCode.js';
import { describeResource, startingDirectory } from '../discovery/resource.js';
import { readLogLevel, readSettings } from '../discovery/settings.js';
import { log, setLogLevel } from '../log.js';
import { Control, countDrop, ReporterState, viewShared } from '../runtime/sharedState.js';
import { Delivery } from './delivery.js';
import { GrpcClient } from './grpcClient.js';
import { IntervalReader } from './intervalReader.js';
import { OtlpEncoder } from './otlp.js';
import { unloadedFiles } from './packageFiles.js';
import { watchSignals } from './signals.js';
import type { ReporterData } from './startReporter.js';

const FIRST_REPORT_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Of the time that the program's thread waits for the last report, what this thread needs for its own work. */
const LAST_WORK_MS = 200;
/** What a program needs from the start is loaded by then. Since this thread has started. */
const LOOK_AFTER_MS = 5_000;
/** For a look at all files of the program's packages. */
const LOOK_MS = 500;
const LAST_LOOK_MS = 100;
const MAX_LOOKED_AT = 5_000;
/** Declarations are kept for collectors that come later. */
const MAX_DECLARATIONS = 50_000;

/** Declarations that came in the middle of a report. */
const heldBack: Declaration[] = [];

const data = workerData as ReporterData;
const state = viewShared(data.buffers);
setLogLevel(readLogLevel(data.env));
const settings = readSettings(data.env);
const lastReportMs = Math.max(1, data.exitTimeoutMs - LAST_WORK_MS);
const reader = new IntervalReader(state, takeSeries);

function pem(part: 'ca' | 'cert' | 'key'): { readonly [part in 'ca' | 'cert' | 'key']?: Buffer } {
  const path = settings.tls[part];
  if (path === undefined) return {};
  try {
    return { [part]: readFileSync(path) };
  } catch (error) {
    log('warn', `the certificate or key in ${path} cannot be read: ${String(error)}`);
    return {};
  }
}

const client = new GrpcClient({
  endpoint: settings.endpoint,
  headers: settings.headers,
  userAgent: `hindcast-sensor/${data.sensorVersion}`,
  tls: { ...pem('ca'), ...pem('cert'), ...pem('key') },
  onConnect: () => {
    delivery.declareAgain();
    log('info', `connected to ${settings.endpoint.origin}`);
  },
});
const resource = describeResource({
  env: data.env,
  script: data.script,
  directory: startingDirectory(data.script, data.scriptIsDirectory, data.workingDirectory),
  pid: process.pid,
  nodeVersion: process.versions.node,
  instanceId: randomUUID(),
  sensorVersion: data.sensorVersion,
});
const delivery = new Delivery({
  state,
  reader,
  encoder: new OtlpEncoder(resource, data.sensorVersion),
  client,
  timeoutMs: settings.timeoutMs,
  now: Date.now,
});
log(
  'info',
  `reporting ${String(resource['service.name'])} to ${settings.endpoint.origin} every ${settings.intervalMs} ms`,
);

let declared = 0;
/** Files that the program has told of. */
const known = new Set<string>();
let isPackageKnown = false;

/** Declares what the program's packages have and it has not loaded. Once; what is loaded later is declared anew. */
function lookAround(timeMs: number): void {
  if (isPackageKnown || known.size === 0) return;
  isPackageKnown = true;
  const directory = startingDirectory(data.script, data.scriptIsDirectory, data.workingDirectory);
  const own = findOwnCode(directory, dirname(fileURLToPath(import.meta.url)), data.env);
  const limits = { files: MAX_LOOKED_AT, depth: 12, timeMs };
  for (const path of unloadedFiles(own, realPath(directory), known, limits, () => performance.now()))
    take({ kind: 'notObserved', path, reason: NEVER_LOADED });
}

function take(declaration: Declaration): void {
  if (declaration.kind === 'errorType') return reader.nameErrorType(declaration.index, declaration.name);
  if (declaration.kind === 'series') return reader.nameSeries(declaration);
  if (declaration.kind === 'exemplar') return delivery.keepExemplar(declaration);
  known.add(declaration.path);
  if (++declared > MAX_DECLARATIONS) return countDrop(state, 'declaration_limit');
  if (declaration.kind === 'loaded') {
    for (const fn of declaration.functions) reader.addFunction({ ...fn, path: declaration.path });
  }
  delivery.declare(declaration);
}

/** Declarations are read synchronously before each report, so that no number comes before its function. */
function drain(port: MessagePort): void {
  for (const declaration of heldBack.splice(0)) take(declaration);
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    for (const declaration of next.message as readonly Declaration[]) take(declaration);
  }
}

/** In the middle of a report: everything else waits for the next one, so that no function has numbers before it is declared. */
function takeSeries(): void {
  for (const port of data.declarationPorts) {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      for (const declaration of next.message as readonly Declaration[]) {
        if (declaration.kind === 'series') take(declaration);
        else heldBack.push(declaration);
      }
    }
  }
}

let failures = 0;
let running: Promise<void> | undefined;

async function report(timeoutMs?: number, lookMs = 0): Promise<void> {
  // One report at a time: a second caller takes over after the first.
  while (running) await running;
  running = (async () => {
    try {
      for (const port of data.declarationPorts) drain(port);
      if (lookMs > 0) lookAround(lookMs);
      await delivery.deliver(timeoutMs);
      failures = 0;
    } catch (error) {
      failures++;
      if (failures === 1) log('info', `cannot reach the collector at ${settings.endpoint.origin}: ${String(error)}`);
    }
  })();
  await running;
  running = undefined;
}

function nextDelay(): number {
  if (failures === 0) return settings.intervalMs;
  const backoff = Math.min(settings.intervalMs, FIRST_REPORT_MS) * 2 ** Math.min(failures - 1, 16);
  return Math.min(LONGEST_BACKOFF_MS, backoff) * (0.5 + Math.random() / 2);
}

function schedule(delay: number): void {
  setTimeout(() => {
    const isSettled = performance.now() > LOOK_AFTER_MS;
    void report(undefined, isSettled ? LOOK_MS : 0).then(() => schedule(nextDelay()));
  }, delay);
}

parentPort?.on('message', (asked: number) => {
  void report(lastReportMs, LAST_LOOK_MS).then(() => {
    Atomics.store(state.control, Control.flushDone, asked);
    Atomics.notify(state.control, Control.flushDone);
  });
});

if (data.watchesSignals) {
  const flush = async (): Promise<void> => {
    const isHopeless = Atomics.load(state.control, Control.reporter) === ReporterState.hopeless;
    if (isHopeless) return;
    // A report that hangs has a longer deadline of its own, and the last one waits for it.
    const bound = new Promise<void>((resolve) => setTimeout(resolve, lastReportMs));
    await Promise.race([report(lastReportMs, LAST_LOOK_MS), bound]);
  };
  watchSignals(state, flush);
}
schedule(Math.min(FIRST_REPORT_MS, settings.intervalMs));
