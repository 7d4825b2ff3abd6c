import { createServer } from 'node:http';
import { exportCsv, stockReport } from './admin.js';
import { NotFound, Stock } from './stock.js';

const stock = new Stock(process.env.INVENTORY_DATABASE ?? ':memory:');

/** Method and path → what answers it, with the path's groups as arguments. */
const routes = [
  ['GET', /^\/products$/, listProducts],
  ['GET', /^\/products\/(\d+)$/, showProduct],
  ['GET', /^\/products\/(\d+)\/related$/, relatedProducts],
  ['GET', /^\/categories$/, () => stock.categories()],
  ['POST', /^\/reservations$/, createReservation],
  ['POST', /^\/reservations\/([\w-]+)\/release$/, releaseReservation],
  ['GET', /^\/admin\/stock$/, () => stockReport(stock)],
  ['GET', /^\/admin\/export$/, () => exportCsv(stock)],
];

function listProducts({ query }) {
  return stock.list(Number(query.get('page') ?? 1));
}

function showProduct(_request, id) {
  return stock.find(Number(id));
}

function relatedProducts(_request, id) {
  return stock.related(Number(id));
}

function createReservation({ body }) {
  return stock.reserve(body.lines);
}

function releaseReservation(_request, id) {
  stock.release(id);
  return { released: id };
}

function findRoute(method, pathname) {
  for (const [routeMethod, pattern, handler] of routes) {
    const match = routeMethod === method && pattern.exec(pathname);
    if (match) return { handler, groups: match.slice(1) };
  }
  throw new NotFound(`${method} ${pathname} is not served here`);
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

async function handle(request, response) {
  try {
    const { pathname, searchParams } = new URL(request.url, 'http://inventory');
    const { handler, groups } = findRoute(request.method, pathname);
    const answer = handler({ query: searchParams, body: await readBody(request) }, ...groups);
    send(response, request.method === 'POST' ? 201 : 200, answer);
  } catch (error) {
    send(response, error instanceof NotFound ? 404 : 500, { error: error.message });
  }
}

function send(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const server = createServer(handle);
server.listen(Number(process.env.PORT ?? 46102), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: 'inventory', port: server.address().port }));
});
