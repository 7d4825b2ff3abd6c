const prices = { apples: 120, bread: 340, cheese: 890 };

/** Price of an order in cents. */
export function priceOf(items) {
  return items.reduce((sum, item) => sum + priceOfItem(item) - discountOf(item), 0);
}

function priceOfItem({ sku, amount = 1 }) {
  return (prices[sku] ?? 0) * amount;
}

function discountOf({ amount = 1 }) {
  return amount >= 10 ? 50 : 0;
}
