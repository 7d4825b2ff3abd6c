'use strict';
const { percentOf } = require('./money.js');

const standard = { DE: 19, AT: 20, NL: 21, FR: 20, IT: 22, ES: 21, SE: 25, FI: 25 };
const reduced = { DE: 7, AT: 10, NL: 9, FR: 5, IT: 4, ES: 4, SE: 6, FI: 10 };

function rateFor(country, category) {
  const table = category === 'books' || category === 'food' ? reduced : standard;
  return table[country] ?? 20;
}

function taxOfLine(line, country) {
  return percentOf(line.totalCents, rateFor(country, line.category));
}

function taxFor(lines, discount, shippingCents, country) {
  let total = percentOf(shippingCents - discount.amountCents, rateFor(country, 'shipping'));
  for (const line of lines) total += taxOfLine(line, country);
  return Math.max(0, total);
}

module.exports = { taxFor };
