// Where work comes from and where it goes: entry points, dependencies, exemplars; and that nobody notices being observed.
import { beforeAll, describe, expect, test } from 'vitest';
import { factsOf, sensorFacts } from '../services/sensorFacts.js';
import { OtlpReceiver } from './otlpReceiver.js';
import { buildSensor, makeApp, nodes, repositoryRoot, runApp } from './runApp.js';

beforeAll(() => {
  buildSensor();
});

interface Observed {
  stdout: string;
  facts: Map<string, number>;
  /** Exemplars as JSON, traces in hex. */
  exemplars: { traceId: string; body: Record<string, unknown> }[];
}

async function observe(node: string, text: string): Promise<Observed> {
  const receiver = await OtlpReceiver.start();
  const app = makeApp({
    'package.json': '{"name":"shop"}',
    'main.mjs': `import { createRequire } from 'node:module';\nconst load = createRequire('${repositoryRoot}/package.json');\n${text}`,
  });
  try {
    const { stdout, stderr, code } = await runApp({
      node,
      cwd: app.root,
      args: ['--no-warnings', 'main.mjs'],
      endpoint: receiver.endpoint,
      env: { HINDCAST_INTERVAL_MS: '200', HINDCAST_CPU_BUDGET: '100%', HINDCAST_EXIT_TIMEOUT_MS: '60000' },
    });
    expect([code, stderr]).toEqual([0, '']);
    return { stdout, facts: sensorFacts(receiver.metrics), exemplars: exemplarsOf(receiver) };
  } finally {
    await receiver.stop();
    app.remove();
  }
}

function exemplarsOf(receiver: OtlpReceiver): Observed['exemplars'] {
  return receiver.logs
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs ?? [])
    .flatMap(({ logRecords }) => logRecords ?? [])
    .filter(({ body }) => body?.kvlistValue != null)
    .map(({ traceId, body }) => ({
      traceId: Buffer.from(traceId as Uint8Array).toString('hex'),
      body: plain(body) as Record<string, unknown>,
    }));
}

interface AnyValue {
  stringValue?: string | null;
  doubleValue?: number | null;
  intValue?: unknown;
  arrayValue?: { values?: AnyValue[] | null } | null;
  kvlistValue?: { values?: { key?: string | null; value?: AnyValue | null }[] | null } | null;
}

function plain(value: AnyValue | null | undefined): unknown {
  if (value?.kvlistValue)
    return Object.fromEntries((value.kvlistValue.values ?? []).map((pair) => [pair.key, plain(pair.value)]));
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plain);
  return value?.stringValue ?? value?.doubleValue ?? Number(value?.intValue);
}

const traceId = 'a1'.repeat(16);

describe.each(nodes)('on Node %i', (major, node) => {
  test('routes have their pattern, failing and abandoned requests their reason', async () => {
    const { facts, exemplars } = await observe(
      node,
      `
import http from 'node:http';
const express = load('express'), Fastify = load('fastify');
function rawHandler(request, response) {
  if (request.url === '/hang') return request.socket.emit('asked');
  response.statusCode = request.url === '/bad' ? 503 : 200;
  response.end();
}
const raw = http.createServer(rawHandler).listen(0);
const app = express();
const shop = express.Router({ mergeParams: true });
shop.get('/items/:item', function auth(q, r, next) { next(); }, function item(q, r) { r.end('x'); });
app.use(express.json());
app.use('/shops/:shop', shop);
app.get('/', async function home() { throw new Error('no'); });
app.use(function failed(error, q, r, next) { r.status(500).end(); });
const plain = app.listen(0);
const fastify = Fastify();
fastify.register(async (inside) => { inside.get('/f/:id', function fast() { return { ok: true }; }); }, { prefix: '/v1' });
fastify.get('/gone', { handler: async function gone(q, reply) { return reply.code(404).send('x'); } });
await fastify.listen({ port: 0 });
function get(server, path, method = 'GET') {
  return new Promise((resolve) => {
    const headers = { traceparent: '00-${traceId}-00f067aa0ba902b7-01' };
    const request = http.request({ port: server.address().port, path, method, headers, agent: false }, (answer) => answer.resume().on('end', resolve));
    request.end();
  });
}
for (let i = 0; i < 3; i++) {
  await get(raw, '/' + i); await get(raw, '/bad'); await get(plain, '/shops/' + i + '/items/' + i); await get(plain, '/');
  await get(plain, '/nowhere' + i); await get(fastify.server, '/v1/f/' + i); await get(fastify.server, '/gone');
}
await get(fastify.server, '/v1/f/0', 'HEAD');
await new Promise((resolve) => {
  const request = http.get({ port: raw.address().port, path: '/hang', agent: false }).on('error', () => undefined);
  raw.on('connection', (socket) => socket.on('asked', () => request.destroy()).on('close', resolve));
});
raw.close(); plain.close(); await fastify.close();
`,
    );
    expect(factsOf(facts, 'shop', 'entry.calls')).toEqual({
      'entry.kind=http entry.name=GET * function.name=rawHandler': 7,
      'entry.kind=http entry.name=GET *': 3,
      'entry.kind=http entry.name=GET /shops/:shop/items/:item function.name=item': 3,
      'entry.kind=http entry.name=GET / function.name=home': 3,
      'entry.kind=http entry.name=GET /v1/f/:id function.name=<fastify.register>.fast': 3,
      'entry.kind=http entry.name=HEAD /v1/f/:id function.name=<fastify.register>.fast': 1,
      'entry.kind=http entry.name=GET /gone function.name=gone': 3,
    });
    expect(factsOf(facts, 'shop', 'entry.errors')).toEqual({
      'entry.kind=http entry.name=GET * error.type=503 function.name=rawHandler': 3,
      'entry.kind=http entry.name=GET * error.type=aborted function.name=rawHandler': 1,
      'entry.kind=http entry.name=GET / error.type=500 function.name=home': 3,
    });
    expect(factsOf(facts, 'shop', 'entry.duration')).toMatchObject({
      'entry.kind=http entry.name=GET /gone function.name=gone': 3,
    });
    const failing = exemplars.filter(({ body }) => body['errorType'] === '500');
    expect(failing.length).toBeGreaterThan(0);
    for (const one of failing) {
      expect(one).toMatchObject({ traceId, body: { entryKind: 'http', entryName: 'GET /' } });
      expect(one.body['path']).toMatchObject([
        { name: 'home', file: 'main.mjs' },
        ...(major >= 24 ? [{ name: 'failed' }] : []),
      ]);
      expect(one.body['durationSeconds']).toBeGreaterThan(0);
    }
  });

  test('databases and other services are counted by calling function', async () => {
    const hasSqlite = major >= 22;
    const { facts } = await observe(
      node,
      `
import http from 'node:http';
const server = http.createServer((q, r) => { r.statusCode = q.url === '/bad' ? 500 : 200; r.end(); }).listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
const url = 'http://127.0.0.1:' + server.address().port;
async function viaFetch(path) { await (await fetch(url + path, { headers: new Headers({ a: 'b' }) })).text(); }
async function viaRequest() { await (await fetch(new Request(url, { method: 'POST', body: 'x' }))).text(); }
async function refused() { await fetch('http://127.0.0.1:9', { headers: [['a', 'b']] }).catch(() => undefined); }
const nothing = () => new Promise((resolve) => http.get('http://127.0.0.1:9').on('error', resolve));
for (let i = 0; i < 4; i++) { await viaFetch('/'); await viaRequest(); }
await viaFetch('/bad'); await nothing();
server.close();
if (${String(hasSqlite)}) {
  const { DatabaseSync } = load('node:sqlite');
  const db = new DatabaseSync(':memory:');
  (function prepare() { db.exec('create table t (a)'); })();
  function insert(n) { db.prepare('insert into t values (?)').run(n); }
  function count() { return db.prepare('select count(*) as n from t').get().n; }
  function broken() { db.exec('select * from nowhere'); }
  for (let i = 0; i < 40; i++) insert(i);
  if (count() !== 40) throw new Error('wrong');
  try { broken(); } catch {}
}
`,
    );
    const calls = Object.fromEntries(
      Object.entries(factsOf(facts, 'shop', 'dependency.calls')).map(([key, count]) => [
        key.replace(/127\.0\.0\.1:\d{2,}/, 'server'),
        count,
      ]),
    );
    expect(calls).toEqual({
      'dependency.kind=http dependency.target=server function.name=viaFetch': 5,
      'dependency.kind=http dependency.target=server function.name=viaRequest': 4,
      'dependency.kind=http dependency.target=127.0.0.1:9 function.name=nothing.<new Promise>': 1,
      ...(hasSqlite && {
        'dependency.kind=db dependency.target=sqlite function.name=prepare': 1,
        'dependency.kind=db dependency.target=sqlite function.name=insert': 40,
        'dependency.kind=db dependency.target=sqlite function.name=count': 1,
        'dependency.kind=db dependency.target=sqlite function.name=broken': 1,
      }),
    });
    const errors = Object.keys(factsOf(facts, 'shop', 'dependency.errors')).join('\n');
    expect(errors).toContain('error.type=500 function.name=viaFetch');
    expect(errors).toContain('error.type=ECONNREFUSED');
    if (hasSqlite) expect(errors).toContain('error.type=ERR_SQLITE_ERROR function.name=broken');
  });

  test('ticks of timers and the run of a program are entry points', async () => {
    const { facts } = await observe(
      node,
      `
let left = 5, timer;
await new Promise((resolve) => {
  function tick() { if (--left === 0) { clearInterval(timer); resolve(); } }
  timer = setInterval(tick, 2);
});
`,
    );
    expect(factsOf(facts, 'shop', 'entry.calls')).toEqual({
      'entry.kind=timer entry.name=setInterval function.name=<new Promise>.tick': 5,
      'entry.kind=cli entry.name=main.mjs': 1,
    });
  });

  test.runIf(major >= 24)('calls below a handler belong to its entry point, also after it has waited', async () => {
    const { facts } = await observe(
      node,
      `
import http from 'node:http';
const express = load('express');
const app = express();
app.use(express.json());
async function shared() { await new Promise((resolve) => setTimeout(resolve, Math.random() * 5)); deep(); }
function deep() { return 1; }
app.get('/a', async (q, r) => { await shared(); r.end(); });
app.post('/b', async (q, r) => { await shared(); await shared(); r.end(); });
const server = app.listen(0);
const url = () => 'http://127.0.0.1:' + server.address().port;
const post = { method: 'POST', body: '{"x":1}', headers: { 'content-type': 'application/json' } };
await Promise.all(Array.from({ length: 8 }, (_, i) => fetch(url() + (i < 6 ? '/a' : '/b'), i < 6 ? {} : post).then((r) => r.text())));
server.close(); server.closeAllConnections();
`,
    );
    // Fewer calls than are always sampled, so these shares are exact.
    expect(factsOf(facts, 'shop', 'function.entries')).toMatchObject({
      'entry.kind=http entry.name=GET /a function.name=deep': 6,
      'entry.kind=http entry.name=POST /b function.name=deep': 4,
      'entry.kind=http entry.name=GET /a function.name=shared': 6,
      'entry.kind=http entry.name=POST /b function.name=shared': 4,
    });
  });

  test.runIf(major >= 24)(
    'slow requests have their own path and dependencies, whatever runs at the same time',
    async () => {
      // Few enough calls that each of them is sampled.
      const { exemplars } = await observe(
        node,
        `
import http from 'node:http';
const express = load('express');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const back = http.createServer((q, r) => setTimeout(() => r.end(), 5)).listen(0, '127.0.0.1');
async function ask() { await (await fetch('http://127.0.0.1:' + back.address().port)).text(); }
async function once() { await pause(20); await ask(); }
async function thrice() { await pause(40); await ask(); await ask(); await ask(); }
const app = express();
app.get('/once', async function onceHandler(q, r) { await once(); r.end(); });
app.get('/thrice', async function thriceHandler(q, r) { await thrice(); r.end(); });
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
const url = 'http://127.0.0.1:' + server.address().port;
await Promise.all(Array.from({ length: 6 }, (_, i) => fetch(url + (i % 2 ? '/once' : '/thrice')).then((r) => r.text())));
server.close(); server.closeAllConnections(); back.close(); back.closeAllConnections();
`,
      );
      const expected: Record<string, { names: string[]; calls: number }> = {
        'GET /once': { names: ['onceHandler', 'once', 'ask'], calls: 1 },
        'GET /thrice': { names: ['thriceHandler', 'thrice', 'ask', 'ask', 'ask'], calls: 3 },
      };
      const seen = exemplars.filter(({ body }) => String(body['entryName']) in expected);
      expect(new Set(seen.map(({ body }) => body['entryName']))).toEqual(new Set(Object.keys(expected)));
      for (const { body } of seen) {
        const { names, calls } = expected[String(body['entryName'])] ?? { names: [], calls: 0 };
        const path = body['path'] as { name: string; durationSeconds?: number }[];
        const dependencies = body['dependencies'] as { count: number; durationSeconds: number }[];
        expect(path.map(({ name }) => name).filter((name) => !name.startsWith('pause'))).toEqual(names);
        expect(dependencies).toMatchObject([{ kind: 'http', count: calls }]);
        const whole = Number(body['durationSeconds']);
        const longest = Math.max(...path.map(({ durationSeconds }) => durationSeconds ?? 0));
        expect(longest).toBeLessThanOrEqual(whole);
        expect(dependencies[0]?.durationSeconds).toBeLessThanOrEqual(longest);
        expect(dependencies[0]?.durationSeconds).toBeGreaterThan(calls * 0.004);
      }
    },
  );

  test('what is replaced looks and behaves as it was', async () => {
    const text = `
import http from 'node:http';
import timers from 'node:timers';
const express = load('express'), grpc = load('@grpc/grpc-js');
const look = (f) => [f?.name, f?.length, String(f), Object.getOwnPropertyNames(f ?? {}).sort().join()];
const facts = [look(fetch), look(setInterval), look(timers.setInterval), timers.setInterval === setInterval, look(express.Router), look(express.Route),
  look(http.ClientRequest.prototype._implicitHeader), look(grpc.Client.prototype.makeUnaryRequest), look(grpc.Server.prototype.register),
  Object.keys(http.ServerResponse.prototype).join(), look(http.ServerResponse.prototype.emit)];
for (const bad of [() => fetch(), () => fetch('no url'), () => fetch('http://127.0.0.1:1', { headers: { 'a b': 'c' } }), () => fetch('http://127.0.0.1:9', 7), () => fetch(Symbol())]) {
  await bad().then(() => facts.push('ok'), (error) => facts.push([error.name, error.message]));
}
try { setInterval('no'); } catch (error) { facts.push([error.name, error.code, error.message]); }
try { await new fetch('x'); } catch (error) { facts.push([error.name, error.message]); }
const fastify = load('fastify')();
const given = async function given() { return new Error('here').stack.split('\\n')[2]; };
fastify.addHook('onRoute', (route) => facts.push([route.handler === given, Object.keys(route).join(), look(route.handler)]));
fastify.get('/given', given);
facts.push((await fastify.inject('/given')).payload);
console.log(JSON.stringify(facts, undefined, 1));
`;
    const app = makeApp({
      'main.mjs': `import { createRequire } from 'node:module';\nconst load = createRequire('${repositoryRoot}/package.json');\n${text}`,
    });
    try {
      const args = ['--no-warnings', 'main.mjs'];
      const bare = await runApp({ node, cwd: app.root, args });
      const observed = await runApp({ node, cwd: app.root, args, endpoint: 'http://127.0.0.1:9' });
      expect(observed).toEqual(bare);
    } finally {
      app.remove();
    }
  });
});
