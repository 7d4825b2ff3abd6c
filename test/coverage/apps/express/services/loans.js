'use strict';

class OutOfCopies extends Error {
  constructor(title, days = (() => 7)()) {
    super(`all copies of ${title} are lent`);
    this.days = days;
  }
}

class LoanBook {
  #shelf;
  #loans = [];

  constructor(shelf) {
    this.#shelf = shelf;
  }

  #open(reader) {
    return this.#loans.filter((loan) => loan.reader === reader && !loan.back);
  }

  of(reader) {
    return this.#open(reader);
  }

  async borrow(reader, title) {
    const book = this.#shelf.find(title);
    if (!book) throw Object.assign(new TypeError(`no ${title}`), { status: 404 });
    if (book.copies === 0) throw new OutOfCopies(title);
    await pause(1);
    book.copies--;
    const loan = { id: this.#loans.length + 1, reader, title, back: false };
    this.#loans.push(loan);
    return loan;
  }

  async bring(id) {
    const loan = this.#loans.find((candidate) => candidate.id === Number(id));
    if (!loan) throw Object.assign(new Error('no such loan'), { status: 404 });
    loan.back = true;
    this.#shelf.find(loan.title).copies++;
  }

  async *overdue(now) {
    for (const loan of this.#loans) if (loan.due < now) yield loan;
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

module.exports = { LoanBook, OutOfCopies };
