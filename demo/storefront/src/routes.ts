import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalogue } from './catalogue.js';
import { type JsonClient, UpstreamError } from './jsonClient.js';
import { formatPrice, presentProduct, presentProducts } from './presentation.js';
import { timed } from './serverTiming.js';
import type { CheckoutRequest, Order } from './types.js';

export interface Upstreams {
  catalogue: Catalogue;
  orders: JsonClient;
}

/** Everything a browser may ask of the shop. */
export function registerRoutes(app: FastifyInstance, { catalogue, orders }: Upstreams): void {
  app.get('/products', timed(listProducts));
  app.get('/products/:id', timed(showProduct));
  app.post('/checkout', timed(checkout));
  app.get('/health', health);
  app.setErrorHandler(answerError);

  async function listProducts(request: FastifyRequest) {
    const { page } = request.query as { page?: string };
    const [products, categories] = await Promise.all([catalogue.list(pageNumber(page)), catalogue.categories()]);
    return { products: presentProducts(products), categories };
  }

  async function showProduct(request: FastifyRequest) {
    const { id } = request.params as { id: string };
    const [product, related] = await Promise.all([catalogue.find(Number(id)), catalogue.related(Number(id))]);
    return { ...presentProduct(product), related: related.map(presentProduct) };
  }

  async function checkout(request: FastifyRequest, reply: FastifyReply) {
    const order = await placeOrder(request.body as CheckoutRequest, idempotencyKey(request));
    reply.code(201);
    return { order: order.id, status: order.status, total: formatPrice(order.totalCents) };
  }

  async function placeOrder(body: CheckoutRequest, key: string): Promise<Order> {
    return (await orders.post('/orders', body, { 'idempotency-key': key })) as Order;
  }
}

function pageNumber(page: string | undefined): number {
  const number = Number(page ?? 1);
  return Number.isInteger(number) && number > 0 ? number : 1;
}

function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? key : randomUUID();
}

function answerError(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error instanceof UpstreamError && error.status < 500 ? error.status : 502;
  void reply.code(status).send({ error: error.message });
}

function health(): { ok: boolean } {
  return { ok: true };
}
