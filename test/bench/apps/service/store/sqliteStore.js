'use strict';
const { seedOrder, seedRows } = require('./seed.js');

const schema = `
  CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, priceCents INTEGER, weightGrams INTEGER, stock INTEGER);
  CREATE INDEX products_by_category ON products (category, name);
  CREATE TABLE customers (id INTEGER PRIMARY KEY, country TEXT, orders INTEGER);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customerId INTEGER, totalCents INTEGER, placedDay INTEGER);
  CREATE INDEX orders_by_customer ON orders (customerId);
  CREATE TABLE orderLines (orderId INTEGER, productId INTEGER, name TEXT, quantity INTEGER, unitCents INTEGER, totalCents INTEGER);
  CREATE INDEX lines_by_order ON orderLines (orderId);
`;
const queries = {
  product: 'SELECT * FROM products WHERE id = ?',
  byName: 'SELECT * FROM products WHERE category = ? ORDER BY name LIMIT ? OFFSET ?',
  byPrice: 'SELECT * FROM products WHERE category = ? ORDER BY priceCents LIMIT ? OFFSET ?',
  customer: 'SELECT * FROM customers WHERE id = ?',
  order: 'SELECT * FROM orders WHERE id = ?',
  ordersOf: 'SELECT * FROM orders WHERE customerId = ? ORDER BY id DESC LIMIT ?',
  linesOf: 'SELECT productId, name, quantity, unitCents, totalCents FROM orderLines WHERE orderId = ?',
  insertOrder: 'INSERT INTO orders (customerId, totalCents, placedDay) VALUES (?, ?, ?)',
  insertLine: 'INSERT INTO orderLines VALUES (?, ?, ?, ?, ?, ?)',
  stockValue:
    'SELECT category, count(*) AS products, sum(priceCents * stock) AS totalCents FROM products GROUP BY category',
};

/** The shop's tables in an SQLite database in memory. */
class SqliteStore {
  #db;
  #statements = {};

  constructor({ DatabaseSync }) {
    this.#db = new DatabaseSync(':memory:');
    this.#db.exec(schema);
    this.#fill(seedRows());
  }

  #prepare(name) {
    return (this.#statements[name] ??= this.#db.prepare(queries[name]));
  }

  #fill({ products, customers }) {
    const product = this.#db.prepare('INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)');
    const customer = this.#db.prepare('INSERT INTO customers VALUES (?, ?, ?)');
    this.#inTransaction(() => {
      for (const p of products) product.run(p.id, p.name, p.category, p.priceCents, p.weightGrams, p.stock);
      for (const c of customers) customer.run(c.id, c.country, c.orders);
      for (const c of customers) this.#writeOrder(c.id, seedOrder(c.id, products));
    });
  }

  #inTransaction(act) {
    this.#db.exec('BEGIN');
    try {
      const result = act();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #writeOrder(customerId, { lines, totalCents }) {
    const id = Number(this.#prepare('insertOrder').run(customerId, totalCents, 20_000).lastInsertRowid);
    const insert = this.#prepare('insertLine');
    for (const l of lines) insert.run(id, l.productId, l.name, l.quantity, l.unitCents, l.totalCents);
    return id;
  }

  async product(id) {
    return this.#prepare('product').get(id);
  }

  async productsOf(category, sort, limit, offset) {
    return this.#prepare(sort === 'price' ? 'byPrice' : 'byName').all(category, limit, offset);
  }

  async customer(id) {
    return this.#prepare('customer').get(id);
  }

  async order(id) {
    return this.#prepare('order').get(id);
  }

  async ordersOf(customerId, limit) {
    return this.#prepare('ordersOf').all(customerId, limit);
  }

  async linesOf(orderId) {
    return this.#prepare('linesOf').all(orderId);
  }

  async insertOrder(customerId, priced) {
    return this.#inTransaction(() => this.#writeOrder(customerId, priced));
  }

  async stockValue() {
    return this.#prepare('stockValue').all();
  }
}

module.exports = { SqliteStore };
