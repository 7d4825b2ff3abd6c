'use strict';

const byRoute = new Map();

function entryFor(route) {
  let entry = byRoute.get(route);
  if (!entry) byRoute.set(route, (entry = { count: 0, totalMs: 0, maxMs: 0 }));
  return entry;
}

function startTimer(request) {
  request.startedAt = performance.now();
}

function stopTimer(request) {
  const tookMs = performance.now() - request.startedAt;
  const entry = entryFor(request.routeOptions.url ?? 'unknown');
  entry.count++;
  entry.totalMs += tookMs;
  if (tookMs > entry.maxMs) entry.maxMs = tookMs;
}

function timings() {
  return Object.fromEntries(byRoute);
}

module.exports = { startTimer, stopTimer, timings };
