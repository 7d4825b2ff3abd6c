'use strict';

const categories = ['books', 'garden', 'kitchen', 'toys', 'food'];
const adjectives = ['Small', 'Large', 'Red', 'Quiet', 'Folding', 'Steel', 'Oak', 'Round'];
const nouns = ['Atlas', 'Rake', 'Kettle', 'Puzzle', 'Tea', 'Lamp', 'Chair', 'Knife', 'Bowl'];
const countries = ['DE', 'AT', 'NL', 'FR', 'IT', 'ES', 'SE', 'FI'];
const pick = (list, index) => list[index % list.length];

/** The shop's rows: always the same. */
function seedRows() {
  const products = Array.from({ length: 500 }, (_, i) => ({
    id: i + 1,
    name: `${pick(adjectives, i * 7)} ${pick(nouns, i * 5 + 3)} ${i + 1}`,
    category: pick(categories, i),
    priceCents: 299 + ((i * 7919) % 12_000),
    weightGrams: 100 + ((i * 104_729) % 4_000),
    stock: (i * 31) % 50,
  }));
  const customers = Array.from({ length: 200 }, (_, i) => ({
    id: i + 1,
    country: pick(countries, i),
    orders: (i * 13) % 25,
  }));
  return { products, customers };
}

/** One priced order for the database to begin with. */
function seedOrder(customerId, products) {
  const lines = [0, 1, 2].map((step) => {
    const product = products[(customerId * 3 + step * 17) % products.length];
    return {
      productId: product.id,
      name: product.name,
      quantity: step + 1,
      unitCents: product.priceCents,
      totalCents: product.priceCents * (step + 1),
    };
  });
  return { lines, totalCents: lines.reduce((total, line) => total + line.totalCents, 0) };
}

module.exports = { seedRows, seedOrder };
