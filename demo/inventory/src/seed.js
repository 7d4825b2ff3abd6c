const CATEGORIES = ['tea', 'coffee', 'cups', 'kettles', 'books', 'games'];
const ADJECTIVES = ['plain', 'smoked', 'blue', 'small', 'heavy', 'quiet', 'old', 'bright'];
const PRODUCTS = 240;
const SALES = 30_000;

/** A shop's worth of products, and the sales that say what is bought together: the same on every start. */
export function seed(database) {
  const random = sequence(20261122);
  const product = database.prepare('INSERT INTO product VALUES (?, ?, ?, ?, ?, ?)');
  const sale = database.prepare('INSERT INTO sale VALUES (?, ?)');
  database.exec('BEGIN');
  for (let id = 1; id <= PRODUCTS; id++) {
    const category = CATEGORIES[id % CATEGORIES.length];
    const name = `${ADJECTIVES[random(ADJECTIVES.length)]} ${category} no. ${id}`;
    product.run(id, name, category, 150 + random(9_000), 40 + random(200), partsOf(id)?.join(',') ?? null);
  }
  for (let i = 0; i < SALES; i++) sale.run(Math.trunc(i / 4), 1 + random(PRODUCTS));
  database.exec('COMMIT');
}

/** Every tenth product is a bundle of two others, every thirtieth holds a bundle itself. */
function partsOf(id) {
  if (id % 30 === 0) return [id - 1, id - 10];
  return id % 10 === 0 ? [id - 1, id - 2] : undefined;
}

/** A small linear congruential generator: whole numbers below a limit, always in the same order. */
function sequence(start) {
  let state = start;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.trunc((state / 2 ** 32) * below);
  };
}
