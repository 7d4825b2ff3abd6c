// The demo that comes with the editor extension: three services under the sensor, and customers. Needs nothing but Node.
// `node start.mjs --sensor URL --otlp HOST:PORT`; ends with its terminal.
import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { sensor: { type: 'string' }, otlp: { type: 'string' } } });
const here = import.meta.dirname;
const children = [];

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start(name, env) {
  const port = await freePort();
  const child = fork(join(here, name, 'src', 'server.js'), {
    cwd: join(here, name),
    execArgv: ['--import', values.sensor],
    env: {
      ...process.env,
      ...env,
      PORT: String(port),
      NODE_OPTIONS: '',
      OTEL_SDK_DISABLED: 'false',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://${values.otlp}`,
      HINDCAST_INTERVAL_MS: '2000',
      HINDCAST_ENVIRONMENT: 'demo',
    },
  });
  children.push(child);
  await new Promise((ready, failed) => {
    child.once('message', ready);
    child.once('exit', (code) => failed(new Error(`${name} ended with code ${code}`)));
  });
  console.log(`${name} is open at http://127.0.0.1:${port}`);
  return `http://127.0.0.1:${port}`;
}

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

async function visit(shop, goods) {
  const buys = Math.random() < 0.3;
  const basket = Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () => `sku=${pick(goods)}`).join('&');
  const answer = await fetch(buys ? `${shop}/checkout?${basket}` : shop);
  await answer.text();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(0));
process.once('exit', () => children.forEach((child) => child.kill()));

const inventory = await start('inventory', {});
const orders = await start('orders', { INVENTORY_URL: inventory });
const shop = await start('storefront', { INVENTORY_URL: inventory, ORDERS_URL: orders });
console.log('\nCustomers come and go. Look at orders/src/server.js, and at the Hindcast views.');
console.log('Close this terminal to end the demo.\n');
for (let customers = 1; ; customers++) {
  await Promise.all([visit(shop, ['apples', 'bread', 'cheese']), pause(60)]);
  if (customers % 100 === 0) console.log(`${customers} customers so far`);
}
