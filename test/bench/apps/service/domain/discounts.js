'use strict';
const { percentOf } = require('./money.js');

const rules = [
  {
    code: 'loyal',
    applies: (lines, goods, customer) => customer.orders > 10,
    amount: (lines, goods) => percentOf(goods, 3),
  },
  { code: 'bulk', applies: (lines) => lines.length >= 4, amount: (lines, goods) => percentOf(goods, 5) },
  { code: 'large', applies: (lines, goods) => goods > 50_000, amount: () => 2_500 },
  { code: 'books', applies: hasCategory('books'), amount: (lines) => percentOf(totalOf(lines, 'books'), 10) },
];

function hasCategory(category) {
  return (lines) => lines.some((line) => line.category === category);
}

function totalOf(lines, category) {
  let total = 0;
  for (const line of lines) if (line.category === category) total += line.totalCents;
  return total;
}

function* applicable(lines, goodsCents, customer) {
  for (const rule of rules) {
    if (rule.applies(lines, goodsCents, customer)) {
      yield { code: rule.code, amountCents: rule.amount(lines, goodsCents, customer) };
    }
  }
}

function bestDiscount(lines, goodsCents, customer) {
  let best = { code: 'none', amountCents: 0 };
  for (const discount of applicable(lines, goodsCents, customer)) {
    if (discount.amountCents > best.amountCents) best = discount;
  }
  return best;
}

module.exports = { bestDiscount };
