'use strict';

class ShopError extends Error {
  constructor(status, code, details) {
    super(code);
    this.name = 'ShopError';
    this.status = status;
    this.details = details;
  }

  toBody() {
    return { error: this.message, details: this.details };
  }
}

function toHttpError(error) {
  if (error instanceof ShopError) return { status: error.status, body: error.toBody() };
  return { status: error.statusCode ?? 500, body: { error: 'internal' } };
}

module.exports = { ShopError, toHttpError };
