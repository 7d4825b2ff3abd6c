// node scripts/withNode24.mjs test/agents/record.mjs shop|slowShop|slowStock|slowGateway|lending [--seconds 60]
// Records what a real system under traffic tells its collector, with the sources that it ran: recordings/NAME.json.gz. The agents'
// evaluation plays it back into a real collector, with times moved to now, and knows the answers from the recording itself.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import grpc from '@grpc/grpc-js';
import { commitSources } from './repositoryOf.mjs';

const [name, , seconds = '60'] = process.argv.slice(2);
const root = join(import.meta.dirname, '..', '..');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-record-')));
const requests = [];

/** Takes OTLP over gRPC and keeps every request as it came. */
async function startRecorder() {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  for (const signal of ['metrics', 'trace', 'logs']) {
    const service = `opentelemetry.proto.collector.${signal}.v1.${signal[0].toUpperCase()}${signal.slice(1)}Service`;
    const take = (call, callback) => {
      requests.push({ signal, atMs: Date.now(), base64: call.request.toString('base64') });
      callback(null, Buffer.alloc(0));
    };
    const same = (bytes) => bytes;
    server.addService(
      {
        export: {
          path: `/${service}/Export`,
          requestStream: false,
          responseStream: false,
          requestSerialize: same,
          requestDeserialize: same,
          responseSerialize: same,
          responseDeserialize: same,
        },
      },
      { export: take },
    );
  }
  const port = await new Promise((done, fail) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? fail(error) : done(bound),
    ),
  );
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Changes that a recording is made with: file → [what, by what]. */
const faults = {
  slowShop: {
    'demo/orders/src/app.js': [
      ['const { priceOrder }', "const { recordAudit } = require('./auditTrail.js');\nconst { priceOrder }"],
      ['      const prices = priceOrder', '      await recordAudit(reservation);\n      const prices = priceOrder'],
    ],
  },
  slowStock: {
    'demo/inventory/src/stock.js': [
      ['  reserve(lines) {\n', '  reserve(lines) {\n    this.#countDemand();\n'],
      [
        '  release(reservationId) {',
        `  #countDemand() {
    return this.#database
      .prepare('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000) SELECT MAX(i) FROM n')
      .get();
  }

  release(reservationId) {`,
      ],
    ],
  },
  slowGateway: {
    'demo/payments/src/payments.js': [['await wait(gatewayMs(card));', 'await wait(gatewayMs(card) + 900);']],
  },
};
const addedFiles = {
  slowShop: {
    'demo/orders/src/auditTrail.js': `'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

/** Waits until the audit log has been flushed. */
async function recordAudit(reservation) {
  const entry = describe(reservation);
  await flushAudit(entry);
  return entry;
}

async function flushAudit(entry) {
  await sleep(700);
  return entry.length;
}

function describe(reservation) {
  return JSON.stringify(reservation);
}

module.exports = { recordAudit };
`,
  },
};

function sourcesUnder(folder) {
  const found = {};
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (entry.isFile() && /\.(c?js|mjs|ts|json)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path)) {
      found[path] = readFileSync(join(folder, path), 'utf8');
    }
  }
  return found;
}

async function recordShop(endpoint) {
  cpSync(join(root, 'demo'), join(scratch, 'demo'), {
    recursive: true,
    filter: (path) => !/\/(dist|node_modules)(\/|$)/.test(path),
  });
  for (const [file, edits] of Object.entries(faults[name] ?? {})) {
    let text = readFileSync(join(scratch, file), 'utf8');
    for (const [from, to] of edits) {
      if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
      text = text.replace(from, to);
    }
    writeFileSync(join(scratch, file), text);
  }
  for (const [file, text] of Object.entries(addedFiles[name] ?? {})) writeFileSync(join(scratch, file), text);
  const sources = sourcesUnder(scratch);
  commitSources(scratch, sources);
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'), 'dir');
  symlinkSync(join(root, 'demo', 'node_modules'), join(scratch, 'demo', 'node_modules'), 'dir');
  const from = (path) => import(pathToFileURL(join(scratch, 'demo', path)).href);
  const { buildStorefront } = await from('storefront/build.mjs');
  const { Processes } = await from('runner/processes.mjs');
  const { startShop, serviceNames } = await from('runner/shop.mjs');
  const { portChooser } = await from('runner/ports.mjs');
  await buildStorefront();
  const processes = new Processes(mkdtempSync(join(tmpdir(), 'hindcast-record-scratch-')), (who, code, lines) => {
    throw new Error(`${who} ended with ${code}: ${lines.join('\n')}`);
  });
  const services = await startShop({
    processes,
    otlpEndpoint: endpoint,
    scratch,
    choosePort: portChooser({ alwaysFree: true, tell: () => {} }),
  });
  const { LoadGenerator } = await from('load/generator.mjs');
  const load = new LoadGenerator({ baseUrl: services.storefront.url, ratePerSecond: 8, seed: 7 });
  await load.run(Number(seconds), new AbortController().signal);
  await processes.stop(serviceNames);
  return sources;
}

async function recordLending(endpoint) {
  cpSync(join(root, 'test/coverage/apps/express'), scratch, { recursive: true });
  const sources = sourcesUnder(scratch);
  commitSources(scratch, sources);
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'), 'dir');
  const child = spawn(process.execPath, ['--import', '@hindcast/sensor/register', 'server.js'], {
    cwd: scratch,
    env: {
      PATH: process.env.PATH,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      HINDCAST_INTERVAL_MS: '2000',
      HINDCAST_CACHE_DIR: 'off',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url;
  for await (const line of createInterface(child.stdout)) {
    const port = /^listening on (\d+)$/.exec(line)?.[1];
    if (port) {
      url = `http://127.0.0.1:${port}`;
      break;
    }
  }
  const json = { 'content-type': 'application/json', 'x-reader': 'ada' };
  const until = Date.now() + Number(seconds) * 1000;
  for (let turn = 0; Date.now() < until; turn++) {
    await fetch(`${url}/books`);
    if (turn % 3 === 0) await fetch(`${url}/books/Emma`);
    if (turn % 5 === 0) {
      const lent = await fetch(`${url}/loans`, { method: 'POST', headers: json, body: '{"title":"Emma"}' });
      const { id } = await lent.json();
      if (turn % 10 === 0 && id !== undefined) await fetch(`${url}/loans/${id}`, { method: 'DELETE', headers: json });
    }
    if (turn % 7 === 0) await fetch(`${url}/nowhere`);
    await new Promise((done) => setTimeout(done, 40));
  }
  child.kill('SIGTERM');
  await once(child, 'close');
  return sources;
}

const recorder = await startRecorder();
const endpoint = `http://${recorder.address}`;
try {
  const sources = name === 'lending' ? await recordLending(endpoint) : await recordShop(endpoint);
  const revision = execFileSync('git', ['-C', scratch, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const recording = { name, revision, endedMs: Date.now(), sources, requests };
  const file = join(import.meta.dirname, 'recordings', `${name}.json.gz`);
  writeFileSync(file, gzipSync(JSON.stringify(recording), { level: 9 }));
  process.stdout.write(`${requests.length} requests, ${Object.keys(sources).length} sources: ${file}\n`);
} finally {
  recorder.close();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
