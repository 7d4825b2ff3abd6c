import Router from '@koa/router';
import Koa from 'koa';

const app = new Koa();
app.silent = true;
const items = new Router({ prefix: '/items' });

async function before(context, next) {
  await next();
}

async function item(context) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  context.body = { id: context.params.id };
}

function broken() {
  throw new Error('no');
}

items.get('/:id', before, item);
items.post('/', broken);
const shop = new Router();
shop.use(before);
shop.use('/shops/:shop', items.routes(), items.allowedMethods());
shop.get('/health', (context) => {
  context.body = 'ok';
});
app.use(shop.routes());

const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const ask = async (path, method = 'GET') => (await fetch(url + path, { method })).text();
await Promise.all([1, 2, 3, 4].map((i) => ask(`/shops/${i}/items/${i}`)));
await ask('/shops/1/items', 'POST');
await ask('/health');
await ask('/nowhere');
server.close();
server.closeAllConnections();
