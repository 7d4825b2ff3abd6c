'use strict';
const { seedOrder, seedRows } = require('./seed.js');

/** A turn of the event loop: the wait of a driver that talks to another process. */
function roundTrip() {
  return new Promise((done) => setImmediate(done));
}

/** The shop's tables for a Node that has no SQLite. Every answer takes a turn of the event loop and copies its rows. */
class MemoryStore {
  #products;
  #customers;
  #orders = [];
  #idsByCustomer = new Map();
  /** Category → its products by name and by price, as indexes of a database would have them. */
  #byCategory = new Map();

  constructor() {
    const { products, customers } = seedRows();
    this.#products = products;
    this.#index(products);
    this.#customers = customers;
    for (const customer of customers) this.#writeOrder(customer.id, seedOrder(customer.id, products));
  }

  #index(products) {
    for (const category of new Set(products.map((product) => product.category))) {
      const members = products.filter((product) => product.category === category);
      this.#byCategory.set(category, {
        name: members.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        price: members.toSorted((a, b) => a.priceCents - b.priceCents),
      });
    }
  }

  #writeOrder(customerId, { lines, totalCents }) {
    const id = this.#orders.length + 1;
    this.#orders.push({ id, customerId, totalCents, placedDay: 20_000, lines: lines.map((line) => ({ ...line })) });
    const ids = this.#idsByCustomer.get(customerId);
    if (ids) ids.push(id);
    else this.#idsByCustomer.set(customerId, [id]);
    return id;
  }

  async product(id) {
    await roundTrip();
    return this.#copy(this.#products[id - 1]);
  }

  async productsOf(category, sort, limit, offset) {
    await roundTrip();
    const found = this.#byCategory.get(category)?.[sort] ?? [];
    return found.slice(offset, offset + limit).map((row) => this.#copy(row));
  }

  async customer(id) {
    await roundTrip();
    return this.#copy(this.#customers[id - 1]);
  }

  async order(id) {
    await roundTrip();
    return this.#copy(this.#orders[id - 1]);
  }

  async ordersOf(customerId, limit) {
    await roundTrip();
    const ids = this.#idsByCustomer.get(customerId) ?? [];
    return ids.slice(-limit).map((id) => this.#copy(this.#orders[id - 1]));
  }

  async linesOf(orderId) {
    await roundTrip();
    return this.#orders[orderId - 1].lines.map((line) => this.#copy(line));
  }

  async insertOrder(customerId, priced) {
    await roundTrip();
    return this.#writeOrder(customerId, priced);
  }

  async stockValue() {
    await roundTrip();
    const byCategory = new Map();
    for (const product of this.#products) {
      const row = byCategory.get(product.category) ?? { category: product.category, products: 0, totalCents: 0 };
      row.products++;
      row.totalCents += product.priceCents * product.stock;
      byCategory.set(product.category, row);
    }
    return [...byCategory.values()];
  }

  #copy(row) {
    return row && { ...row };
  }
}

module.exports = { MemoryStore };
