'use strict';

const CURRENCIES = new Set(['EUR', 'CHF', 'GBP']);
const MAX_QUANTITY = 20;

/** An order that cannot be accepted as it is; the message is for the customer. */
class ValidationError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ValidationError';
  }
}

/** Throws a ValidationError for the first thing that is wrong with an order. */
function validateOrder(order) {
  if (!CURRENCIES.has(order.currency)) throw new ValidationError(`cannot be paid in ${order.currency}`);
  if (!Array.isArray(order.lines) || order.lines.length === 0) throw new ValidationError('the basket is empty');
  order.lines.forEach(validateLine);
}

function validateLine(line) {
  if (!Number.isInteger(line.productId)) throw new ValidationError('a line has no product');
  if (!(line.quantity > 0 && line.quantity <= MAX_QUANTITY)) {
    throw new ValidationError(`quantity must be 1 to ${MAX_QUANTITY}`);
  }
}

module.exports = { ValidationError, validateOrder };
