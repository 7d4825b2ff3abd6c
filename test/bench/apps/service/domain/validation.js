'use strict';
const { ShopError } = require('../errors.js');

function fail(field, problem) {
  throw new ShopError(400, 'invalid', { field, problem });
}

function positiveInteger(value, field, max) {
  if (!Number.isInteger(value) || value < 1 || value > max) fail(field, `must be 1 to ${max}`);
  return value;
}

function readLine(line, index) {
  return {
    productId: positiveInteger(line.productId, `lines[${index}].productId`, 1_000_000),
    quantity: positiveInteger(line.quantity, `lines[${index}].quantity`, 1_000),
  };
}

function mergeSame(lines) {
  const byProduct = new Map();
  for (const line of lines) {
    const existing = byProduct.get(line.productId);
    if (existing) existing.quantity += line.quantity;
    else byProduct.set(line.productId, line);
  }
  return [...byProduct.values()];
}

function readBasket(body) {
  if (!Array.isArray(body?.lines) || body.lines.length === 0) fail('lines', 'must not be empty');
  return mergeSame(body.lines.map(readLine));
}

function readPage(query) {
  return { page: positiveInteger(Number(query.page ?? 1), 'page', 1_000), sort: readSort(query.sort) };
}

function readSort(sort) {
  return sort === 'price' || sort === 'name' ? sort : 'name';
}

function readId(params) {
  return positiveInteger(Number(params.id), 'id', 1_000_000);
}

module.exports = { readBasket, readPage, readId };
