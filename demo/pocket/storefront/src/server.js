// What customers see: the home page, and the checkout.
import { createServer } from 'node:http';
import { renderHome, renderProblem, renderThanks } from './pages.js';

const orders = process.env.ORDERS_URL;
const inventory = process.env.INVENTORY_URL;
const goods = ['apples', 'bread', 'cheese'];

async function home() {
  const stock = await Promise.all(goods.map((sku) => stockOf(sku)));
  return renderHome(stock);
}

async function stockOf(sku) {
  const answer = await fetch(`${inventory}/stock/${sku}`);
  return answer.json();
}

async function checkout(skus) {
  const body = JSON.stringify(skus.map((sku) => ({ sku })));
  const answer = await fetch(`${orders}/orders`, { method: 'POST', body });
  const order = await answer.json();
  return answer.ok ? renderThanks(order) : renderProblem(order.error);
}

async function handle(request, response) {
  const url = new URL(request.url, 'http://storefront');
  const page = url.pathname === '/checkout' ? await checkout(url.searchParams.getAll('sku')) : await home();
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(page);
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
