// Fastify; asks catalog and basket by fetch.
import Fastify from 'fastify';
import { note, sayAtEnd } from './book.mjs';

const { CATALOG, BASKET } = process.env;

async function ask(url, caller) {
  const answer = await fetch(url, { headers: { 'x-caller': caller } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

async function lookUp(id) {
  // One that is called by others counts as the caller, because the request is made there.
  await ask(`${CATALOG}/products/${id}`, 'ask');
}

async function add() {
  const answer = await fetch(new URL('/add', BASKET), { headers: [['x-caller', 'add']], method: 'POST', body: '{}' });
  await answer.arrayBuffer();
}

async function checkOut() {
  const asked = new Request(`${BASKET}/checkout`, { headers: { 'x-caller': 'checkOut' } });
  await (await fetch(asked)).arrayBuffer();
}

async function page(request) {
  note('outside', 'page');
  await lookUp(request.params.id);
  return { ok: true };
}

async function buy() {
  note('outside', 'buy');
  await Promise.all([add(), add(), lookUp('x')]);
  await checkOut();
  return { ok: true };
}

const app = Fastify({ keepAliveTimeout: 600_000 });
app.get('/pages/:id', page);
app.post('/buy', buy);
sayAtEnd();
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ http: app.server.address().port }));
