'use strict';
const Fastify = require('fastify');
const { authenticate } = require('./auth.js');
const { ShopError, toHttpError } = require('./errors.js');
const { catalogueRoutes } = require('./routes/catalogue.js');
const { orderRoutes } = require('./routes/orders.js');
const { reportRoutes } = require('./routes/reports.js');
const { startTimer, stopTimer, timings } = require('./timings.js');

function buildApp(store) {
  const app = Fastify({ logger: false });
  app.decorateRequest('customerId', 0);
  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', async (request) => {
    startTimer(request);
    authenticate(request);
  });
  app.addHook('onResponse', async (request) => stopTimer(request));
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = toHttpError(error);
    reply.code(status).send(body);
  });
  app.get('/health', async () => ({ ok: true, timings: timings() }));
  catalogueRoutes(app, store);
  orderRoutes(app, store);
  reportRoutes(app, store);
  app.setNotFoundHandler(() => {
    throw new ShopError(404, 'no_such_route');
  });
  return app;
}

module.exports = { buildApp };
