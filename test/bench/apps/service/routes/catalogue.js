'use strict';
const { presentProduct } = require('../domain/presenting.js');
const { readId, readPage } = require('../domain/validation.js');
const { ShopError } = require('../errors.js');

const PAGE_SIZE = 20;

async function listProducts(store, category, query) {
  const { page, sort } = readPage(query);
  const products = await store.productsOf(category, sort, PAGE_SIZE, (page - 1) * PAGE_SIZE);
  return { page, products: products.map(presentProduct) };
}

async function showProduct(store, id) {
  const product = await store.product(id);
  if (!product) throw new ShopError(404, 'no_such_product', { id });
  const similar = await store.productsOf(product.category, 'price', 5, 0);
  return { ...presentProduct(product), similar: similar.filter((other) => other.id !== id).map(presentProduct) };
}

function catalogueRoutes(app, store) {
  app.get('/products/:id', (request) => showProduct(store, readId(request.params)));
  app.get('/categories/:category', (request) => listProducts(store, request.params.category, request.query));
}

module.exports = { catalogueRoutes };
