'use strict';

/** A least-recently-used cache in a Map's insertion order. */
class Cache {
  #entries = new Map();
  #limit;
  #hits = 0;
  #misses = 0;

  constructor(limit) {
    this.#limit = limit;
  }

  #touch(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }

  #evict() {
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#oldest());
  }

  #oldest() {
    return this.#entries.keys().next().value;
  }

  async get(key, load) {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#hits++;
      this.#touch(key, known);
      return known;
    }
    this.#misses++;
    const value = await load(key);
    this.#touch(key, value);
    this.#evict();
    return value;
  }

  get hitRate() {
    return this.#hits / (this.#hits + this.#misses);
  }
}

module.exports = { Cache };
