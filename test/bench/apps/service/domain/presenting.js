'use strict';
const { format } = require('./money.js');

function slug(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function presentProduct(product) {
  return {
    id: product.id,
    name: product.name,
    price: format(product.priceCents),
    href: `/products/${product.id}/${slug(product.name)}`,
    inStock: product.stock > 0,
  };
}

function presentLine(line) {
  return { ...line, unit: format(line.unitCents), total: format(line.totalCents) };
}

function presentTotals(priced) {
  return {
    goods: format(priced.goodsCents),
    discount: format(-priced.discount.amountCents),
    shipping: format(priced.shippingCents),
    tax: format(priced.taxCents),
    total: format(priced.totalCents),
  };
}

function presentBasket(priced) {
  return { lines: priced.lines.map(presentLine), discount: priced.discount.code, totals: presentTotals(priced) };
}

function presentOrder(order, lines) {
  return { id: order.id, placed: order.placedDay, total: format(order.totalCents), lines: lines.map(presentLine) };
}

module.exports = { presentProduct, presentBasket, presentOrder };
