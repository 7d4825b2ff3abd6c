// An OpenTelemetry SDK as an application would set it up; nobody takes its spans.
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../demo/payments/package.json', import.meta.url));
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
new NodeSDK({ instrumentations: [new HttpInstrumentation()], spanProcessors: [], metricReaders: [] }).start();

// What @opentelemetry/instrumentation-undici does to a request, without its spans.
const { context, propagation } = require('@opentelemetry/api');
subscribe('undici:request:create', ({ request }) => {
  const headers = {};
  propagation.inject(context.active(), headers);
  for (const [name, value] of Object.entries(headers)) request.addHeader(name, value);
});
