'use strict';
const { presentBasket, presentOrder } = require('../domain/presenting.js');
const { priceBasket } = require('../domain/pricing.js');
const { readBasket, readId } = require('../domain/validation.js');
const { ShopError } = require('../errors.js');

async function loadProducts(store, lines) {
  const products = await Promise.all(lines.map((line) => store.product(line.productId)));
  const missing = lines.filter((line, index) => !products[index]);
  if (missing.length > 0) throw new ShopError(422, 'unknown_products', missing);
  return new Map(products.map((product) => [product.id, product]));
}

async function loadCustomer(store, id) {
  const customer = await store.customer(id);
  if (!customer) throw new ShopError(403, 'no_such_customer');
  return customer;
}

async function quote(store, customerId, body) {
  const lines = readBasket(body);
  const [products, customer] = await Promise.all([loadProducts(store, lines), loadCustomer(store, customerId)]);
  return priceBasket(lines, products, customer);
}

async function placeOrder(store, customerId, body) {
  const priced = await quote(store, customerId, body);
  const id = await store.insertOrder(customerId, priced);
  return { id, ...presentBasket(priced) };
}

async function showOrder(store, customerId, id) {
  const order = await store.order(id);
  if (!order) throw new ShopError(404, 'no_such_order', { id });
  return presentOrder(order, await store.linesOf(id));
}

async function history(store, customerId) {
  const orders = await store.ordersOf(customerId, 10);
  const lines = await Promise.all(orders.map((order) => store.linesOf(order.id)));
  return { orders: orders.map((order, index) => presentOrder(order, lines[index])) };
}

function orderRoutes(app, store) {
  app.post('/quotes', async (request) => presentBasket(await quote(store, request.customerId, request.body)));
  app.post('/orders', (request) => placeOrder(store, request.customerId, request.body));
  app.get('/orders/:id', (request) => showOrder(store, request.customerId, readId(request.params)));
  app.get('/orders', (request) => history(store, request.customerId));
}

module.exports = { orderRoutes };
