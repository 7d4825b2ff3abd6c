// Takes orders: checks them, prices them, reserves what is in them.
import { createServer } from 'node:http';
import { priceOf } from './pricing.js';

const inventory = process.env.INVENTORY_URL;

class Rejected extends Error {}

async function placeOrder(items) {
  validate(items);
  const total = priceOf(items);
  // One after the other: the slowest way to ask for several things. The hint at this line says what it costs.
  for (const { sku } of items) await reserveItem(sku);
  return { total };
}

function validate(items) {
  if (!Array.isArray(items) || items.length === 0) throw new Rejected('an order needs items');
}

async function reserveItem(sku) {
  const answer = await fetch(`${inventory}/reservations/${sku}`, { method: 'POST' });
  if (!answer.ok) throw new Rejected(`${sku} is out of stock`);
  return answer.json();
}

/** A refund has never been asked for. */
export function refund(order) {
  return { ...order, total: -order.total };
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text || '[]');
}

async function handle(request, response) {
  try {
    const order = await placeOrder(await readBody(request));
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(order));
  } catch (error) {
    response.writeHead(error instanceof Rejected ? 422 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: error.message }));
  }
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
