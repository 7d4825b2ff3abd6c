'use strict';
const express = require('express');
const requestId = require('./middleware/requestId');
const { requireReader, onlyJson } = require('./middleware/guards');
const booksRouter = require('./routes/books');
const loansRouter = require('./routes/loans');

function createApp(shelf) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '20kb' }));
  app.use(requestId());
  app.get('/health', (req, res) => res.json({ ok: true }));
  app.use('/books', booksRouter(shelf));
  app.use('/loans', requireReader, onlyJson, loansRouter(shelf));
  app.use(function notFound(req, res) {
    res.status(404).json({ error: 'nothing here' });
  });
  // Four parameters make it an error handler.
  app.use(function onError(error, req, res, next) {
    if (res.headersSent) return next(error);
    res.status(error.status ?? 500).json({ error: error.message });
  });
  return app;
}

module.exports = { createApp };
