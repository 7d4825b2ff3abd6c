'use strict';
const { format, sum } = require('../domain/money.js');

function share(part, whole) {
  return whole === 0 ? 0 : Math.round((part * 1000) / whole) / 10;
}

function rank(rows) {
  return [...rows].sort((a, b) => b.totalCents - a.totalCents);
}

async function salesByCategory(store) {
  const rows = await store.stockValue();
  const whole = sum(rows.map((row) => row.totalCents));
  return rank(rows).map((row) => ({ ...row, total: format(row.totalCents), percent: share(row.totalCents, whole) }));
}

function reportRoutes(app, store) {
  app.get('/reports/stock', () => salesByCategory(store));
}

module.exports = { reportRoutes };
