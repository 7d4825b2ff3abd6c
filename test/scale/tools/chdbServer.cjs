// ClickHouse's engine (chdb) behind as much of ClickHouse's HTTP interface as its client uses, on a port of loopback.
// Usage: node chdbServer.cjs TOOLS_FOLDER DATA_FOLDER [PORT]; prints the port, ends when its input does. One query at a time.
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { gunzipSync, gzipSync } = require('node:zlib');

const [toolsFolder, dataFolder, port = '0'] = process.argv.slice(2);
const { Session } = createRequire(join(toolsFolder, 'package.json'))('chdb');

/** What the client puts into the address that is no setting. */
const NO_SETTING = new Set([
  'query',
  'query_id',
  'database',
  'session_id',
  'default_format',
  'enable_http_compression',
]);

const session = new Session(dataFolder);
let turn = Promise.resolve();
let database;
const settings = new Map();

async function answer(request, body) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/ping') return 'Ok.\n';
  const wanted = url.searchParams.get('database') ?? 'default';
  for (const [name, value] of url.searchParams) {
    if (NO_SETTING.has(name) || name.startsWith('param_') || settings.get(name) === value) continue;
    await session.queryAsync(`SET ${name} = '${value}'`);
    settings.set(name, value);
  }
  if (wanted !== database) {
    await session.queryAsync(`USE \`${wanted}\``);
    database = wanted;
  }
  const query = url.searchParams.get('query');
  const text = body.toString('utf8');
  const result = await session.queryAsync(query === null ? text : `${query}\n${text}`, { format: 'TabSeparated' });
  return Buffer.from(result.bytes());
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    turn = turn
      .then(() => answer(request, body))
      .then(
        (result) => {
          const gzip = request.headers['accept-encoding']?.includes('gzip') ?? false;
          response.writeHead(200, gzip ? { 'content-encoding': 'gzip' } : {});
          response.end(gzip ? gzipSync(result) : result);
        },
        (error) => {
          const message = String(error.message ?? error);
          response.writeHead(500, { 'x-clickhouse-exception-code': /Code: (\d+)/.exec(message)?.[1] ?? '1' });
          response.end(message);
        },
      );
  });
});

server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
