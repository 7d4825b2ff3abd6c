'use strict';
const { hash } = require('./text.js');

/** Stands in for a database on another machine: an answer comes after about a millisecond. */
function wait(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

async function query(table, key, make) {
  await wait(1);
  return decode(encode(make(table, key)));
}

function encode(row) {
  return JSON.stringify(row);
}

function decode(text) {
  return JSON.parse(text);
}

function makeAccount(table, name) {
  const seed = hash(name);
  return { table, name, tier: seed % 3 === 0 ? 'gold' : 'plain', country: seed % 2 === 0 ? 'DE' : 'FR', seed };
}

function makeStock(table, sku) {
  return { table, sku, onHand: hash(sku) % 40, reserved: hash(sku) % 7 };
}

const findAccount = (name) => query('accounts', name, makeAccount);
const findStock = (sku) => query('stock', sku, makeStock);

module.exports = { findAccount, findStock };
