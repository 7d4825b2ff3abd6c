// An OpenTelemetry SDK as an application would set it up; nobody takes its spans.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../demo/payments/package.json', import.meta.url));
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
new NodeSDK({ instrumentations: [new HttpInstrumentation()], spanProcessors: [], metricReaders: [] }).start();
