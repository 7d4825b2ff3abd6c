'use strict';
const { bestDiscount } = require('./discounts.js');
const { percentOf, sum } = require('./money.js');
const { shippingFor } = require('./shipping.js');
const { taxFor } = require('./tax.js');

function volumePercent(quantity) {
  if (quantity >= 10) return 8;
  return quantity >= 5 ? 4 : 0;
}

function unitPrice(product, quantity) {
  return product.priceCents - percentOf(product.priceCents, volumePercent(quantity));
}

function priceLine(line, product) {
  const unitCents = unitPrice(product, line.quantity);
  return {
    productId: product.id,
    name: product.name,
    quantity: line.quantity,
    unitCents,
    totalCents: unitCents * line.quantity,
    weightGrams: product.weightGrams * line.quantity,
    category: product.category,
  };
}

function subtotal(lines) {
  return sum(lines.map((line) => line.totalCents));
}

/** Prices a basket: lines, discount, shipping, tax, total. */
function priceBasket(lines, products, customer) {
  const priced = lines.map((line) => priceLine(line, products.get(line.productId)));
  const goodsCents = subtotal(priced);
  const discount = bestDiscount(priced, goodsCents, customer);
  const shippingCents = shippingFor(priced, goodsCents - discount.amountCents, customer);
  const taxCents = taxFor(priced, discount, shippingCents, customer.country);
  return {
    lines: priced,
    goodsCents,
    discount,
    shippingCents,
    taxCents,
    totalCents: goodsCents - discount.amountCents + shippingCents + taxCents,
  };
}

module.exports = { priceBasket };
