'use strict';

const express = require('express');
const { OrderBook } = require('./orderBook.js');
const { priceOrder } = require('./pricing.js');
const { PaymentDeclined } = require('./upstreams.js');
const { validateOrder, ValidationError } = require('./validation.js');

/** The orders service: a request makes at most one order, however often it is sent. */
function createApp(upstreams) {
  const app = express();
  const book = new OrderBook();

  app.use(express.json());
  app.post('/orders', createOrder);
  app.post('/orders/:key/cancel', cancelOrder);
  app.use(answerError);

  async function createOrder(request, response) {
    const key = request.get('idempotency-key');
    const known = book.findByKey(key);
    if (known) return response.status(201).json(known);
    validateOrder(request.body);
    const order = await fulfil(key, request.body);
    return response.status(201).json(order);
  }

  /** Reserves, charges, books; gives the goods back when the money does not come. */
  async function fulfil(key, { lines, card }) {
    const reservation = await upstreams.reserveStock(lines);
    try {
      const prices = priceOrder(reservation.items);
      await upstreams.charge(card, prices.totalCents);
      return book.add(key, prices);
    } catch (error) {
      await upstreams.releaseStock(reservation.id);
      throw error;
    }
  }

  function cancelOrder(request, response) {
    const order = book.cancel(request.params.key);
    response.status(order ? 200 : 404).json(order ?? { error: 'no such order' });
  }

  return app;
}

function statusOf(error) {
  if (error instanceof ValidationError) return 422;
  return error instanceof PaymentDeclined ? 402 : 500;
}

// Express knows an error handler by its four parameters.
function answerError(error, _request, response, _next) {
  response.status(statusOf(error)).json({ error: error.message });
}

module.exports = { createApp };
