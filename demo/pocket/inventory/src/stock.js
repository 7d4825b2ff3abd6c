const stock = new Map([
  ['apples', 40],
  ['bread', 25],
  ['cheese', 3],
]);

export class NotEnough extends Error {}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A look into the stock takes a moment. */
export async function stockOf(sku) {
  await pause(1 + Math.random() * 3);
  return stock.get(sku) ?? 0;
}

/** Takes some out of the stock, or fails. */
export async function reserve(sku, amount) {
  const left = await stockOf(sku);
  if (left < amount) throw new NotEnough(`${sku}: ${left} left`);
  stock.set(sku, left - amount);
  return { sku, amount };
}

/** More of everything, but cheese is rare: orders for it fail now and then. */
export function restock(amount) {
  for (const [sku, left] of stock) stock.set(sku, Math.min(amount, left + (sku === 'cheese' ? 1 : amount)));
}

/** Nothing calls this: the counting of the whole stock. */
export function countEverything() {
  return [...stock.values()].reduce((sum, left) => sum + left, 0);
}
