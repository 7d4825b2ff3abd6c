'use strict';
const { planDelivery } = require('./planner.js');
const { readBody, readRequest } = require('./reading.js');
const { Trail } = require('./trail.js');
const { writeJson, writeProblem } = require('./writing.js');

const trail = new Trail(200);

function isHealthCheck(request) {
  return request.method === 'GET' && request.url === '/health';
}

async function respond(request, response) {
  if (isHealthCheck(request)) return writeJson(response, 200, { ok: true, recent: trail.size });
  const order = readRequest(await readBody(request));
  const plan = await planDelivery(order);
  trail.add({ order: order.id, stops: plan.stops.length });
  return writeJson(response, 200, plan);
}

function handle(request, response) {
  respond(request, response).catch((error) => writeProblem(response, error));
}

module.exports = { handle };
