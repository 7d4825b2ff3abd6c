// What a measured program tells the bench over its IPC channel: that it is ready, and what it has used so far.
'use strict';

function usage() {
  return { cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() };
}

/** Says "ready" with `details`, then answers `usage` and, where there is one, `work` (a function that does one unit). */
function control(details, work) {
  process.on('message', async (message) => {
    if (message.ask === 'usage') process.send({ id: message.id, ...usage() });
    if (message.ask === 'work') process.send({ id: message.id, ...(await work()) });
    if (message.ask === 'proof') process.send({ id: message.id, proof: proofOfWork() });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ ready: true, ...details });
}

/** What shows that a tool is really at work in this process, where the sink cannot see it. */
function proofOfWork() {
  const counted = globalThis.benchCoverage?.();
  if (counted !== undefined) return { countedFunctions: counted };
  const openTelemetry = globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace !== undefined;
  return { openTelemetry, datadog: globalThis[Symbol.for('dd-trace')] !== undefined || globalThis._ddtrace !== undefined };
}

module.exports = { control };
