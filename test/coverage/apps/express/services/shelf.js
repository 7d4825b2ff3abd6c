'use strict';

class Shelf {
  constructor(titles) {
    this.books = new Map(titles.map((title) => [title, { title, copies: 2 }]));
  }

  *all() {
    for (const book of this.books.values()) yield book;
  }

  find(title) {
    return this.books.get(title);
  }

  async remove({ title }) {
    this.books.delete(title);
  }

  get size() {
    return this.books.size;
  }

  set capacity(value) {
    this.limit = value;
  }

  [Symbol.iterator]() {
    return this.all();
  }
}

exports.Shelf = Shelf;
