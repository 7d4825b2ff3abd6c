'use strict';

const { randomUUID } = require('node:crypto');

const KEEP = 10_000;

/** The orders of this process, newest last, and which request made which. Bounded: the oldest are forgotten. */
class OrderBook {
  #byKey = new Map();

  get size() {
    return this.#byKey.size;
  }

  /** The order that this idempotency key already made, if any. */
  findByKey(key) {
    return this.#byKey.get(key);
  }

  add(key, prices) {
    const order = { id: randomUUID(), status: 'paid', totalCents: prices.totalCents };
    this.#byKey.set(key, order);
    if (this.size > KEEP) this.#forgetOldest();
    return order;
  }

  #forgetOldest() {
    const [oldest] = this.#byKey.keys();
    this.#byKey.delete(oldest);
  }

  cancel(key) {
    const order = this.findByKey(key);
    if (order) order.status = 'cancelled';
    return order;
  }
}

module.exports = { OrderBook };
