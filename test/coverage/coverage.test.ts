// Applications that know nothing of us, run with the one flag: right counts, and a denominator that another parser agrees with.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { FileAnnotation } from '@hindcast/server/answers/annotateFile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { RunningDemo, root as repository } from '../demo/runningDemo.js';
import { buildSensor, nodes } from '../sensor/runApp.js';
import { independentFunctions } from './independentFunctions.js';
import { StrangersApp } from './strangersApp.js';

interface Request {
  method?: string;
  path: string;
  times: number;
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

interface Case {
  app: string;
  entry: string;
  service: string;
  sources: string;
  neverLoaded: string[];
  requests: Request[];
  /** `file name` → calls; what is called several times under one name is added up. */
  calls: Record<string, number>;
  errors: Record<string, number>;
}

const reader = { 'x-reader': 'ada' };
const cases: Case[] = [
  {
    app: 'express',
    entry: 'server.js',
    service: 'lending-desk',
    sources: '**/*.js',
    neverLoaded: ['jobs/remindReaders.js'],
    requests: [
      { path: '/health', times: 3, status: 200 },
      { path: '/books', times: 5, status: 200 },
      { path: '/books/Emma', times: 7, status: 200 },
      { path: '/books/Dracula', times: 2, status: 404 },
      { path: '/loans', times: 4, status: 401 },
      { path: '/loans', times: 6, status: 200, headers: reader },
      { method: 'POST', path: '/loans', times: 2, status: 201, headers: reader, body: { title: 'Ulysses' } },
      { method: 'POST', path: '/loans', times: 3, status: 409, headers: reader, body: { title: 'Ulysses' } },
      { method: 'POST', path: '/loans', times: 1, status: 404, headers: reader, body: { title: 'Dracula' } },
      { method: 'DELETE', path: '/loans/1', times: 1, status: 204, headers: reader },
      { method: 'DELETE', path: '/loans/99', times: 2, status: 404, headers: reader },
      { method: 'DELETE', path: '/books/Middlemarch', times: 1, status: 204 },
      { path: '/nowhere', times: 2, status: 404 },
    ],
    calls: {
      'app.js createApp': 1,
      'app.js createApp.<app.get "/health">': 3,
      'app.js createApp.notFound': 2,
      'app.js createApp.onError': 5,
      'middleware/requestId.js module.exports.assignRequestId': 39,
      'middleware/guards.js requireReader': 19,
      'middleware/guards.js onlyJson': 15,
      'routes/books.js module.exports.<router.get "/">': 5,
      'routes/books.js module.exports.<router.param "title">': 10,
      'routes/books.js module.exports.present': 5 * 3 + 7,
      'routes/books.js module.exports.<get>': 7,
      'routes/books.js module.exports.<delete>': 1,
      'routes/loans.js LoansController.list': 6,
      'routes/loans.js LoansController.borrow': 6,
      'routes/loans.js LoansController.bring': 3,
      'routes/loans.js LoansController.constructor': 1,
      'routes/loans.js LoansController.get built': 0,
      'services/shelf.js Shelf.all': 5,
      'services/shelf.js Shelf.find': 7 + 2 + 1 + 6 + 1,
      'services/shelf.js Shelf.get size': 0,
      'services/loans.js LoanBook.borrow': 6,
      'services/loans.js LoanBook.of': 6,
      'services/loans.js LoanBook.#open': 6,
      'services/loans.js OutOfCopies.constructor': 3,
      'services/loans.js LoanBook.overdue': 0,
      'services/loans.js pause': 2,
    },
    errors: {
      'routes/loans.js LoansController.borrow': 4,
      'services/loans.js LoanBook.borrow': 4,
      'services/loans.js LoanBook.bring': 2,
      'app.js createApp.<app.get "/health">': 0,
    },
  },
  {
    app: 'fastify',
    entry: 'build/main.js',
    service: 'parcel-tracker',
    sources: 'src/**/*.ts',
    neverLoaded: ['src/tools/printLabels.ts'],
    requests: [
      { path: '/health', times: 2, status: 200 },
      { method: 'POST', path: '/parcels', times: 8, status: 201, body: { to: 'Lyon', grams: 1200 } },
      { method: 'POST', path: '/parcels', times: 3, status: 400, body: { to: 'Lyon' } },
      { path: '/parcels/p1', times: 5, status: 200 },
      { path: '/parcels/p999', times: 4, status: 404 },
      { path: '/parcels/p2/price', times: 6, status: 200 },
      { path: '/parcels/p999/price', times: 1, status: 404 },
      { path: '/parcels/statistics/by-route', times: 1, status: 200 },
    ],
    calls: {
      'src/server.ts buildServer': 1,
      'src/server.ts buildServer.<server.get "/health">': 2,
      'src/server.ts buildServer.<server.setErrorHandler>': 8,
      'src/server.ts statusOf': 3,
      'src/parcelRoutes.ts parcelRoutes.<return>.accept': 8,
      'src/parcelRoutes.ts parcelRoutes.<return>.<server.get "/:id">': 9,
      'src/parcelRoutes.ts parcelRoutes.<return>.<server.get "/:id/price">': 7,
      'src/plugins/timing.ts default.<server.addHook "onRequest">': 30,
      'src/domain/depot.ts Depot.accept': 8,
      'src/domain/depot.ts Depot.find': 16,
      'src/domain/depot.ts Depot.#nextId': 8,
      'src/domain/depot.ts Depot.waiting': 0,
      'src/domain/parcel.ts Parcel.constructor': 8,
      'src/domain/parcel.ts Parcel.get summary': 5,
      'src/domain/parcel.ts Parcel.deliver': 0,
      'src/domain/parcel.ts Tracked.note': 8,
      'src/domain/parcel.ts UnknownParcel.constructor': 5,
      'src/domain/weight.ts Weight.ofGrams': 8,
      'src/domain/weight.ts Weight.ofKilos': 0,
      'src/domain/weight.ts Weight.price': 6,
    },
    errors: {
      'src/domain/depot.ts Depot.find': 5,
      'src/parcelRoutes.ts parcelRoutes.<return>.<server.get "/:id">': 4,
      'src/domain/depot.ts Depot.accept': 0,
    },
  },
];

let collector: RunningProgram;

beforeAll(async () => {
  buildSensor();
  collector = await startCollectorProgram();
});
afterAll(() => collector.end());

async function annotate(file: string, cwd: string, query: string): Promise<FileAnnotation> {
  const { code, out, error } = await runProgram(['annotate', file, '--json', '--collector', query], { cwd });
  expect({ file, code, error }).toEqual({ file, code: 0, error: '' });
  return JSON.parse(out) as FileAnnotation;
}

const places = ({ functions }: FileAnnotation): string[] => functions.map(({ line, column }) => `${line}:${column}`);

async function send(address: string, { method = 'GET', path, headers, body, status }: Request): Promise<void> {
  const answer = await fetch(address + path, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  await answer.arrayBuffer();
  expect({ method, path, status: answer.status }).toEqual({ method, path, status });
}

const [, node] = nodes.at(-1) ?? [0, process.execPath];

describe.each(cases)('an application on $app', (given) => {
  let app: StrangersApp;
  const annotations = new Map<string, FileAnnotation>();
  let sources: string[];

  beforeAll(async () => {
    app = new StrangersApp(given.app);
    if (given.entry.startsWith('build/')) app.compile();
    const address = await app.start(node, given.entry, collector.otlpGrpc);
    for (const request of given.requests) {
      for (let sent = 0; sent < request.times; sent++) await send(address, request);
    }
    expect(await app.stop()).toEqual({ code: 0, stderr: '' });
    sources = globSync(given.sources, { cwd: app.root, exclude: ['node_modules/**'] }).sort();
    for (const file of sources) annotations.set(file, await annotate(file, app.root, collector.query));
  });
  afterAll(() => app.remove());

  const loaded = () => [...annotations].filter(([file]) => !given.neverLoaded.includes(file));

  /** Of all functions, as `file name`. */
  function totals(number: 'calls' | 'errors'): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const [file, { functions }] of annotations) {
      for (const fn of functions) {
        const key = `${file} ${fn.name}`;
        sums[key] = (sums[key] ?? 0) + (fn[number] ?? Number.NaN);
      }
    }
    return sums;
  }

  test('calls are those of the requests', () => {
    expect(totals('calls')).toMatchObject(given.calls);
  });

  test('errors are those of the requests', () => {
    expect(totals('errors')).toMatchObject(given.errors);
  });

  test('every function of a loaded file has run or has not, under the name of the package', () => {
    for (const [file, { functions }] of loaded()) {
      for (const { name, state, service } of functions) {
        expect({ file, name, service }).toEqual({ file, name, service: given.service });
        expect(['ran', 'never_ran'], `${file} ${name}`).toContain(state);
      }
    }
  });

  test('the denominator is what another parser counts, function by function', async () => {
    let total = 0;
    for (const [file, annotation] of annotations) {
      const expected = independentFunctions(join(app.root, file));
      expect({ file, places: places(annotation).sort() }).toEqual({ file, places: expected.sort() });
      if (!given.neverLoaded.includes(file)) total += expected.length;
    }
    const { out } = await runProgram(['status', '--json', '--collector', collector.query]);
    const { services } = JSON.parse(out) as { services: { deployment: { service: string }; functions: number }[] };
    expect(services.find(({ deployment }) => deployment.service === given.service)?.functions).toBe(total);
  });

  test('a file that was never loaded is not observed, and says so', () => {
    for (const file of given.neverLoaded) {
      const annotation = annotations.get(file);
      expect(annotation?.functions.map(({ state }) => state)).toEqual(['not_observed', 'not_observed']);
      for (const { notObservedReason } of annotation?.functions ?? [])
        expect(notObservedReason).toBe('The file was never loaded.');
    }
  });

  test('files of the package: all are known, and those that never loaded are counted', async () => {
    const { out } = await runProgram(['status', '--json', '--collector', collector.query]);
    const { services } = JSON.parse(out) as {
      services: { deployment: { service: string }; files: number; filesNotObserved: number }[];
    };
    const counted = services.find(({ deployment }) => deployment.service === given.service);
    const withFunctions = sources.filter((file) => independentFunctions(join(app.root, file)).length > 0);
    expect(counted?.files).toBeGreaterThanOrEqual(withFunctions.length);
    expect(counted?.files).toBeLessThanOrEqual(sources.length);
    expect(counted?.filesNotObserved).toBe(given.neverLoaded.length);
  });
});

describe("the demo's services", () => {
  let demo: RunningDemo;
  const annotations = new Map<string, FileAnnotation>();

  beforeAll(async () => {
    demo = new RunningDemo(['--no-editor', '--rate', '20', '--duration', '6']);
    const { collector } = await demo.until(({ ready, load }) => ready && load.report?.finished === true, 60_000);
    const files = globSync('demo/{inventory,orders,payments,storefront}/src/**/*.{js,ts}', { cwd: repository }).sort();
    for (const file of files) annotations.set(file, await annotate(file, repository, collector.query));
  });
  afterAll(() => demo.end());

  test('the denominator is what another parser counts, function by function', () => {
    expect(annotations.size).toBeGreaterThan(15);
    for (const [file, annotation] of annotations) {
      const found = [...new Set(places(annotation))].sort();
      expect({ file, found }).toEqual({ file, found: independentFunctions(join(repository, file)).sort() });
    }
  });

  test('every function has a state: of loaded files whether it ran, of others why it is not known', () => {
    for (const [file, { functions }] of annotations) {
      const isOurs = !file.startsWith('demo/payments/');
      for (const { name, state, notObservedReason } of functions) {
        if (isOurs) expect(['ran', 'never_ran'], `${file} ${name}`).toContain(state);
        else if (state === 'not_observed') expect(notObservedReason, `${file} ${name}`).not.toBe('');
        else expect(['ran', 'never_ran'], `${file} ${name}`).toContain(state);
      }
    }
  });
});
