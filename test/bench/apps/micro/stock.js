'use strict';
const { Cache } = require('./cache.js');
const { findStock } = require('./database.js');

const cache = new Cache(50);
const available = (row) => row.onHand - row.reserved;
const isShort = (row) => available(row) < 5;

function loadStock(sku) {
  return findStock(sku);
}

async function stockOf(parcel) {
  const row = await cache.get(parcel.sku, loadStock);
  return summarise(row);
}

function summarise(row) {
  return { sku: row.sku, available: available(row), short: isShort(row) };
}

async function stockOfAll(parcels) {
  return Promise.all(parcels.map(stockOf));
}

function warnings(stock) {
  return stock.filter(({ short }) => short).map(warning);
}

function warning({ sku, available: left }) {
  return `${sku}: ${left} left`;
}

module.exports = { stockOfAll, warnings, hitRate: () => cache.hitRate };
