'use strict';
const { Router } = require('express');
const { LoanBook, OutOfCopies } = require('../services/loans');

class LoansController {
  #loans;
  static #built = 0;

  static {
    this.limits = { perReader: 5 };
  }

  constructor(loans) {
    this.#loans = loans;
    LoansController.#built++;
  }

  list = (req, res) => {
    res.json(this.#loans.of(req.get('x-reader')));
  };

  async borrow(req, res) {
    const loan = await this.#loans.borrow(req.get('x-reader'), req.body.title);
    res.status(201).json(loan);
  }

  async bring(req, res) {
    await this.#loans.bring(req.params.id);
    res.sendStatus(204);
  }

  static get built() {
    return LoansController.#built;
  }
}

module.exports = (shelf) => {
  const controller = new LoansController(new LoanBook(shelf));
  return Router()
    .get('/', controller.list)
    .post('/', (req, res, next) => controller.borrow(req, res).catch(next))
    .delete('/:id', controller.bring.bind(controller))
    .use((error, req, res, next) => {
      if (error instanceof OutOfCopies) return res.status(409).json({ error: error.message, retryAfter: error.days });
      next(error);
    });
};
