// Knows what is in stock. Reservations fail when there is not enough.
import { createServer } from 'node:http';
import { reserve, restock, stockOf } from './stock.js';

const json = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

async function handle(request, response) {
  const [, what, sku] = new URL(request.url, 'http://inventory').pathname.split('/');
  try {
    if (request.method === 'POST' && what === 'reservations') json(response, 201, await reserve(sku, 1));
    else if (what === 'stock') json(response, 200, { sku, left: await stockOf(sku) });
    else json(response, 404, { error: 'not found' });
  } catch (error) {
    json(response, 409, { error: error.message });
  }
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
setInterval(() => restock(40), 2000).unref();
