import 'reflect-metadata';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class OrdersController {
  async one() {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { ok: true };
  }

  place() {
    throw new Error('no');
  }
}

// What a compiler makes of decorators.
const decorate = (method, decorator) =>
  decorator(OrdersController.prototype, method, Object.getOwnPropertyDescriptor(OrdersController.prototype, method));
decorate('one', Get(':id'));
decorate('place', Post());
Controller('orders')(OrdersController);

class AppModule {}
Module({ controllers: [OrdersController] })(AppModule);

const { FastifyAdapter } =
  process.env.ADAPTER === 'fastify' ? await import('@nestjs/platform-fastify') : { FastifyAdapter: undefined };
const app = await NestFactory.create(AppModule, ...(FastifyAdapter ? [new FastifyAdapter()] : []), { logger: false });
app.setGlobalPrefix('api');
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const ask = async (path, method = 'GET') => (await fetch(url + path, { method })).text();
await Promise.all([1, 2, 3, 4].map((i) => ask(`/api/orders/${i}`)));
await ask('/api/orders', 'POST');
app.getHttpServer().closeAllConnections();
await app.close();
