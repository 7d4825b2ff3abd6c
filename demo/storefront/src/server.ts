import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { Catalogue } from './catalogue.js';
import { JsonClient } from './jsonClient.js';
import { registerRoutes } from './routes.js';

const inventory = new JsonClient(process.env['INVENTORY_URL'] ?? 'http://127.0.0.1:46102');
const orders = new JsonClient(process.env['ORDERS_URL'] ?? 'http://127.0.0.1:46101');

const app = fastify();
registerRoutes(app, { catalogue: new Catalogue(inventory), orders });
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 46100) });
console.log(JSON.stringify({ ready: 'storefront', port: (app.server.address() as AddressInfo).port }));

process.once('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
