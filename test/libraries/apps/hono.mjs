import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const items = new Hono();

async function auth(context, next) {
  await next();
}

async function item(context) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return context.json({ id: context.req.param('id') });
}

items.use('*', auth);
items.get('/:id', item);
items.post('/', function broken() {
  throw new Error('no');
});
items.onError((error, context) => context.text('sorry', 500));
const app = new Hono();
app.route('/shops/:shop/items', items);
app.get('/health', auth, (context) => context.text('ok'));

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
await new Promise((resolve) => server.on('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const ask = async (path, method = 'GET') => (await fetch(url + path, { method })).text();
await Promise.all([1, 2, 3, 4].map((i) => ask(`/shops/${i}/items/${i}`)));
await ask('/shops/1/items', 'POST');
await ask('/health');
await ask('/nowhere');
server.close();
server.closeAllConnections();
