// For the people who run the warehouse. Nobody has asked for it since the service was started.

/** Counts what is on the shelves, by category. */
export function stockReport(stock) {
  return stock.categories().map((category) => ({ category, products: countIn(stock, category) }));
}

function countIn(stock, category) {
  return stock.list(1).filter((product) => product.category === category).length;
}

/** One line per product, for a spreadsheet. */
export function exportCsv(stock) {
  return stock.list(1).map((product) => [product.id, product.name, product.inStock].join(';'));
}
