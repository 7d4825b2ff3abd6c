// How each variant is switched on: Node's flags and environment, and what proves that it was really at work.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const sensor = join(root, 'sensor', 'dist', 'register.mjs');

export const sensorIsBuilt = () => existsSync(sensor);

/** What `peer` needs of the installed packages, or why it is missing. */
function peer(peers, make) {
  if (peers.missing) return { missing: peers.missing };
  try {
    return make(peers.resolve);
  } catch (error) {
    return { missing: String(error.message) };
  }
}

/**
 * The variants by name: `{execArgv, env, keepsCache}` or `{missing: reason}`, and `works(proof, arrived, requests)`: undefined when there is
 * evidence that the tool did its work during the run, otherwise what is lacking. `proof` is the program's own answer, `arrived`
 * what came to the sink, `requests` how many the program was sent. A program that handles no requests makes no spans.
 */
export function makeVariants({ peers, sink, appName, handlesRequests, leastCallsPerRequest }) {
  const bare = { execArgv: [], env: {}, works: () => undefined };
  const hindcast = {
    keepsCache: true,
    execArgv: ['--import', pathToFileURL(sensor).href],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.grpcPort}`, OTEL_SERVICE_NAME: `bench-${appName}` },
    works: (proof, arrived, requests) =>
      arrived.functionCalls >= leastCallsPerRequest * requests
        ? undefined
        : `it reported ${Math.round(arrived.functionCalls / requests)} own calls per request, and there are more than ${leastCallsPerRequest}`,
  };
  const openTelemetry = peer(peers, (resolve) => ({
    execArgv: ['--require', resolve('@opentelemetry/auto-instrumentations-node/register')],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.httpPort}`, OTEL_SERVICE_NAME: `bench-${appName}` },
    works: (proof, arrived) => {
      if (!proof.openTelemetry) return 'OpenTelemetry is not loaded in the program';
      return handlesRequests && arrived.httpRequests === 0 ? 'nothing arrived at the sink' : undefined;
    },
  }));
  const ddTrace = peer(peers, (resolve) => ({
    execArgv: ['--require', resolve('dd-trace/init')],
    env: { DD_SERVICE: `bench-${appName}` },
    works: (proof) => (proof.datadog ? undefined : 'dd-trace is not loaded in the program'),
  }));
  const coverage = {
    execArgv: ['--require', join(import.meta.dirname, 'coverage.cjs')],
    env: {},
    works: (proof) => (proof.countedFunctions > 0 ? undefined : 'nothing was counted'),
  };
  return {
    bare,
    control: bare,
    hindcast: sensorIsBuilt() ? hindcast : { missing: 'sensor/dist/register.mjs is not built (npm run build)' },
    opentelemetry: openTelemetry,
    ddtrace: ddTrace,
    coverage,
  };
}
