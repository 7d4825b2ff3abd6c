import { join } from 'node:path';

const READY_MS = 30_000;
const demo = join(import.meta.dirname, '..');

/** In starting order: a service needs the addresses of those before it. `flags` come before the program. */
const services = [
  {
    name: 'inventory',
    port: 46102,
    program: 'src/server.js',
    made: 'JavaScript (ESM), node:http, SQLite',
    sensor: true,
  },
  {
    name: 'payments',
    port: 46103,
    program: 'src/server.js',
    made: 'JavaScript (ESM), stock OpenTelemetry only',
    sensor: false,
    flags: ['--import', './src/telemetry.js'],
  },
  { name: 'orders', port: 46101, program: 'src/server.js', made: 'JavaScript (CommonJS), Express', sensor: true },
  { name: 'storefront', port: 46100, program: 'dist/server.js', made: 'TypeScript (ESM), Fastify', sensor: true },
];

export const serviceNames = services.map(({ name }) => name);

/** Starts the four services, which report to `otlpEndpoint`. Returns name → {name, pid, port, url, made, sensor}. */
export async function startShop({ processes, otlpEndpoint, scratch, choosePort }) {
  const started = {};
  for (const { name, port: preferred, program, made, sensor, flags = [] } of services) {
    const port = await choosePort(preferred, name);
    const args = [...(sensor ? ['--import', '@hindcast/sensor/register'] : flags), program];
    const urls = Object.values(started).map((service) => [`${service.name.toUpperCase()}_URL`, service.url]);
    const env = {
      ...cleanEnv(),
      ...Object.fromEntries(urls),
      PORT: String(port),
      INVENTORY_DATABASE: join(scratch, 'inventory.db'),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=demo',
      ...(sensor
        ? { HINDCAST_INTERVAL_MS: '2000' }
        : { OTEL_BSP_SCHEDULE_DELAY: '1000', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }),
    };
    const child = processes.startNode(name, args, { cwd: join(demo, name), env });
    await child.line(/^\{"ready":/, READY_MS);
    started[name] = { name, pid: child.pid, port, url: `http://127.0.0.1:${port}`, made, sensor };
  }
  return started;
}

/** This process's environment without what would change how the services report. */
export function cleanEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|HINDCAST_|NODE_OPTIONS)/.test(name)),
  );
}
