'use strict';
const { EventEmitter } = require('node:events');

/** The last so many events, oldest overwritten. */
class Trail extends EventEmitter {
  constructor(limit) {
    super();
    this.limit = limit;
    this.events = [];
    this.next = 0;
    this.on('added', (event) => this.#store(event));
  }

  #store(event) {
    this.events[this.next] = event;
    this.next = this.#after(this.next);
  }

  #after(index) {
    return (index + 1) % this.limit;
  }

  #stamp(event) {
    return { at: this.#now(), ...event };
  }

  #now() {
    return Date.now();
  }

  add(event) {
    this.emit('added', this.#stamp(event));
  }

  get size() {
    return this.events.length;
  }
}

module.exports = { Trail };
