'use strict';

const SHIPPING_CENTS = 490;
const FREE_SHIPPING_FROM_CENTS = 5000;

/** Quantity from which a line is cheaper, and by how much; the best comes first. */
const VOLUME_DISCOUNTS = [
  { from: 10, share: 0.1 },
  { from: 5, share: 0.04 },
];

/** What an order costs in cents. `items` carry the unit price that the inventory reserved them at. */
function priceOrder(items) {
  const goodsCents = items.reduce((sum, item) => sum + linePrice(item), 0);
  return { goodsCents, shippingCents: shippingFor(goodsCents), totalCents: goodsCents + shippingFor(goodsCents) };
}

function linePrice(item) {
  const full = unitPrice(item.product) * item.quantity;
  return roundCents(full * (1 - volumeDiscount(item.quantity)));
}

/** A bundle costs what its parts cost; bundles may hold bundles. */
function unitPrice(product) {
  if (!product.parts) return product.unitPriceCents;
  return product.parts.reduce((sum, part) => sum + unitPrice(part), 0);
}

function volumeDiscount(quantity) {
  return VOLUME_DISCOUNTS.find((discount) => quantity >= discount.from)?.share ?? 0;
}

function roundCents(cents) {
  return Math.round(cents);
}

function shippingFor(goodsCents) {
  return goodsCents >= FREE_SHIPPING_FROM_CENTS ? 0 : SHIPPING_CENTS;
}

/** The price list of last year's sale. Nobody removed it. */
function legacySalePrice(item) {
  return roundCents(unitPrice(item.product) * 0.8);
}

module.exports = { priceOrder, legacySalePrice };
