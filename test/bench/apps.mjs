// The measured programs: where they are, and what one block of work for them is.
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openLoad, requestBytes } from './loadClient.mjs';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..', '..');
const folder = join(import.meta.dirname, 'apps');
const CONNECTIONS = 32;

function serviceRequests() {
  const { signatureOf } = require('./apps/service/auth.js');
  const requests = [];
  for (let i = 0; i < 400; i++) {
    const customerId = 1 + ((i * 37) % 200);
    const headers = { authorization: `Bearer ${customerId}.${signatureOf(customerId)}` };
    const lines = Array.from({ length: 1 + (i % 6) }, (_, k) => ({
      productId: 1 + ((i * 53 + k * 71) % 500),
      quantity: 1 + ((i + k) % 12),
    }));
    const kinds = [
      { path: `/products/${1 + ((i * 97) % 500)}` },
      { path: `/categories/${['books', 'garden', 'kitchen', 'toys', 'food'][i % 5]}?page=${1 + (i % 4)}&sort=price` },
      { path: '/quotes', json: { lines } },
      { path: `/orders/${1 + (i % 200)}` },
      { path: '/quotes', json: { lines } },
      { path: '/orders' },
      { path: `/products/${1 + ((i * 61) % 500)}` },
      { path: '/categories/toys' },
      { path: i % 40 === 8 ? '/reports/stock' : '/orders/7' },
      { path: '/orders', json: { lines } },
    ];
    requests.push(requestBytes({ ...kinds[i % kinds.length], headers }));
  }
  return requests;
}

/** What the micro app is asked for. */
export function microBodies() {
  const place = (n) => ({
    lat: 52.4 + ((n * 17) % 100) / 500,
    lon: 13.2 + ((n * 29) % 100) / 300,
    street: `${['long', 'old', 'birch', 'mill'][n % 4]}  lane ${n}`,
    postcode: String(10_115 + ((n * 613) % 4_000)),
  });
  return Array.from({ length: 50 }, (_, i) => ({
    id: 4_000 + i,
    customer: `customer number ${i % 20}`,
    depot: place(i),
    parcels: Array.from({ length: 6 }, (_, k) => ({
      sku: `sku-${(i * 6 + k) % 60}`,
      grams: 200 + ((i * 31 + k * 997) % 9_000),
      fragile: (i + k) % 3 === 0,
      place: place(i * 6 + k),
    })),
  }));
}

const microRequests = () => microBodies().map((json) => requestBytes({ path: '/plan', json }));

/** A program that listens: a block is so many milliseconds of requests over 32 connections. */
function server(name, requests, leastCallsPerRequest) {
  return async () => ({
    main: join(folder, name, 'main.js'),
    args: [],
    cwd: join(folder, name),
    handlesRequests: true,
    leastCallsPerRequest,
    open: (program) => openLoad(program.details.port, requests, CONNECTIONS),
    dispose: async () => {},
  });
}

/**
 * TypeScript's compiler as a program of its own: a copy outside node_modules, where every tool takes it for the user's code.
 * It checks and emits this repository's core/ with the libraries it needs; a block is one such compilation.
 */
async function prepareCompiler() {
  const copy = await mkdtemp(join(tmpdir(), 'hindcast-bench-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  process.once('exit', remove);
  const lib = dirname(require.resolve('typescript'));
  await cp(join(lib, 'typescript.js'), join(copy, 'typescript.js'));
  await cp(join(folder, 'cpuBound', 'main.js'), join(copy, 'main.js'));
  await cp(join(folder, 'control.js'), join(copy, 'control.js'));
  // As in any project; it is where the sensor keeps what it knows of the sources.
  await mkdir(join(copy, 'node_modules'));
  await writeFile(join(copy, 'package.json'), JSON.stringify({ name: 'bench-cpu-bound', version: '1.0.0' }));
  const sources = (await readdir(join(root, 'core/src'))).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const files = sources.map((name) => join(root, 'core/src', name));
  const open = (program) => ({
    run: async () => {
      const startedAt = performance.now();
      const { emittedFiles } = await program.ask('work');
      if (emittedFiles === 0) throw new Error('The compiler emitted nothing.');
      const wallMs = performance.now() - startedAt;
      return { latenciesMs: [wallMs], wallMs };
    },
    close: () => {},
  });
  return {
    main: join(copy, 'main.js'),
    args: [lib, ...files],
    cwd: copy,
    handlesRequests: false,
    leastCallsPerRequest: 100_000,
    open,
    dispose: async () => {
      process.removeListener('exit', remove);
      remove();
    },
  };
}

/**
 * App name → makes it ready; gives where it is, `open(program)` for blocks of work, `dispose()`, and `leastCallsPerRequest`: a tool
 * that claims to count every call and reports fewer has left a part of the program alone.
 */
export const prepareApp = {
  service: server('service', serviceRequests(), 20),
  micro: server('micro', microRequests(), 500),
  cpuBound: prepareCompiler,
};
