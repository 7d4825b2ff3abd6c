// One service of a shop that knows nothing of Hindcast: `node service.cjs NAME`, with the addresses of the others in the environment.
// Prints its port when it listens; every route writes down what it does in `book`, which GET /book answers.
const express = require('express');

const [, , name] = process.argv;
const { CART = '', STOCK = '' } = process.env;
const book = { calls: {}, out: {} };
const count = (to, key) => (to[key] = (to[key] ?? 0) + 1);
const call = async (service, address, path) => {
  count(book.out, service);
  const response = await fetch(`http://${address}${path}`);
  return response.text();
};
const work = () => new Promise((resolve) => setTimeout(resolve, 20));

const routes = {
  front: {
    '/checkout/:id': async () => {
      await call('cart', CART, '/items/7');
      await call('stock', STOCK, '/left/7');
    },
  },
  cart: {
    '/items/:id': async () => {
      await work();
      await call('stock', STOCK, '/left/7');
    },
  },
  stock: { '/left/:id': work },
}[name];

const app = express();
app.get('/book', (_request, response) => void response.json(book));
for (const [route, handle] of Object.entries(routes)) {
  app.get(route, async (_request, response) => {
    count(book.calls, `GET ${route}`);
    await handle();
    response.end('done');
  });
}
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
