import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { seed } from './seed.js';

const PAGE_SIZE = 24;
const RESTOCK_BELOW = 10;
const RESTOCK_TO = 500;

export class NotFound extends Error {
  name = 'NotFound';
}

/** Products, how many there are, and who holds them. */
export class Stock {
  #database;
  #reservations = new Map();

  constructor(path) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price INTEGER, stock INTEGER, parts TEXT);
      CREATE TABLE sale (basket INTEGER, product INTEGER);
      CREATE INDEX sale_product ON sale (product);
    `);
    seed(this.#database);
  }

  list(page) {
    const rows = this.#database
      .prepare('SELECT * FROM product ORDER BY id LIMIT ? OFFSET ?')
      .all(PAGE_SIZE, (page - 1) * PAGE_SIZE);
    return rows.map((row) => toProduct(row));
  }

  find(id) {
    const row = this.#database.prepare('SELECT * FROM product WHERE id = ?').get(id);
    if (!row) throw new NotFound(`no product ${id}`);
    return toProduct(row);
  }

  /** What else was in the baskets that held this product. `sale` has no index on `basket`: it reads the whole table. */
  related(id) {
    return this.#database
      .prepare(
        `SELECT p.*, COUNT(*) AS together FROM sale s JOIN product p ON p.id = s.product
          WHERE s.basket IN (SELECT basket FROM sale WHERE product = ?1) AND s.product <> ?1
          GROUP BY p.id ORDER BY together DESC, p.id LIMIT 4`,
      )
      .all(id)
      .map((row) => toProduct(row));
  }

  categories() {
    return this.#database
      .prepare('SELECT DISTINCT category FROM product ORDER BY category')
      .all()
      .map((row) => row.category);
  }

  /** Takes the lines off the shelf and answers at which prices. */
  reserve(lines) {
    const items = lines.map((line) => this.#take(line));
    const id = randomUUID();
    this.#reservations.set(id, lines);
    return { id, items };
  }

  release(reservationId) {
    const lines = this.#reservations.get(reservationId);
    if (!lines) throw new NotFound(`no reservation ${reservationId}`);
    this.#reservations.delete(reservationId);
    for (const line of lines) this.#addStock(line.productId, line.quantity);
  }

  #take({ productId, quantity }) {
    const product = this.#withParts(this.find(productId));
    if (product.inStock - quantity < RESTOCK_BELOW) this.#restock(productId);
    this.#addStock(productId, -quantity);
    return { product, quantity };
  }

  /** A bundle comes with its parts, and they with theirs. */
  #withParts(product) {
    if (!product.partIds) return product;
    return { ...product, parts: product.partIds.map((id) => this.#withParts(this.find(id))) };
  }

  #restock(productId) {
    this.#database.prepare('UPDATE product SET stock = ? WHERE id = ?').run(RESTOCK_TO, productId);
  }

  #addStock(productId, quantity) {
    this.#database.prepare('UPDATE product SET stock = stock + ? WHERE id = ?').run(quantity, productId);
  }
}

function toProduct(row) {
  return {
    id: row.id,
    name: row.name,
    category: row.category,
    unitPriceCents: row.price,
    inStock: row.stock,
    partIds: row.parts?.split(',').map(Number),
  };
}
