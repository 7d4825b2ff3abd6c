// Four services of another shape: what the collector answers as callers is what the services wrote down themselves.
import { join } from 'node:path';
import { startCollector } from '@hindcast/collector/startCollector';
import { silentLogger } from '@hindcast/core/logger';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { QueryClient } from '../integration/collectorClient.js';
import { buildSensor, nodes, repositoryRoot } from '../sensor/runApp.js';
import { ServiceProcess } from './serviceProcess.js';

const PAGES = 60;
const PURCHASES = 30;
const AT_ONCE = 16;

const shapes = join(repositoryRoot, 'test/services/shapes');
const running: ServiceProcess[] = [];
let registerModule = '';

beforeAll(() => {
  registerModule = buildSensor();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});

/** `caller -> handler` → calls, of all handlers of one service. */
type Book = Record<string, number>;

async function ask(url: string): Promise<void> {
  const requests = [
    ...Array.from({ length: PAGES }, (_, i) => [`/pages/${i}`, 'GET'] as const),
    ...Array.from({ length: PURCHASES }, () => ['/buy', 'POST'] as const),
  ].sort((a, b) => ((a[0].length * 7919 + a[0].charCodeAt(7)) % 13) - ((b[0].length * 7919 + b[0].charCodeAt(7)) % 13));
  const worker = async (): Promise<void> => {
    for (let next = requests.pop(); next; next = requests.pop()) {
      const answer = await fetch(url + next[0], { method: next[1] });
      expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** From the collector: who called the functions of a service's program from other services or from outside. */
async function callersOf(query: QueryClient, service: string): Promise<Book> {
  const answer = await query.overlay({ files: [{ path: join(shapes, `${service}.mjs`) }] });
  const functions = answer.files[0]?.deployments?.find((one) => one.deployment?.service === service)?.functions ?? [];
  const book: Book = {};
  for (const { function: fn, callers, entryCalls } of functions) {
    const handler = String(fn?.name);
    for (const caller of callers ?? []) {
      if (caller.service === service) continue;
      book[`${(caller.function?.name ?? '').replace('.<new Promise>', '')} -> ${handler}`] = Number(caller.calls);
    }
    if (Number(entryCalls) > 0) book[`outside -> ${handler}`] = Number(entryCalls);
  }
  return book;
}

describe.each(nodes)('on Node %i', (_, node) => {
  test.each([
    { title: 'the sensor alone', other: [] },
    { title: 'an OpenTelemetry SDK beside it', other: [join(shapes, '../apps/openTelemetry.mjs')] },
  ])('$title', async ({ other }) => {
    const loopback = { otlpGrpc: '127.0.0.1:0', otlpHttp: '127.0.0.1:0', query: '127.0.0.1:0', store: 'memory' };
    const collector = await startCollector(loopback, silentLogger);
    const query = new QueryClient(collector.addresses.query);
    try {
      const start = (name: string, env: Record<string, string>): ServiceProcess => {
        const service = new ServiceProcess({
          node,
          program: join(shapes, `${name}.mjs`),
          endpoint: `http://${collector.addresses.otlpGrpc ?? ''}`,
          imports: [registerModule, ...other],
          env,
        });
        running.push(service);
        return service;
      };
      const url = async (service: ServiceProcess): Promise<string> =>
        `http://127.0.0.1:${(await service.ports()).http}`;
      const pricing = start('pricing', {});
      const PRICING = `127.0.0.1:${(await pricing.ports()).grpc}`;
      const catalog = start('catalog', { PRICING });
      const CATALOG = await url(catalog);
      const basket = start('basket', { PRICING, CATALOG });
      const BASKET = await url(basket);
      const gateway = start('gateway', { CATALOG, BASKET });
      await ask(await url(gateway));

      const services = Object.entries({ gateway, basket, catalog, pricing });
      for (const [name, service] of services) {
        const book = JSON.parse(await service.stop()) as Book;
        expect([name, service.problems]).toEqual([name, '']);
        const answered = await callersOf(query, name);
        const handlers = new Set(Object.keys(book).map((key) => key.split(' -> ')[1]));
        const ofHandlers = Object.entries(answered).filter(([key]) => handlers.has(key.split(' -> ')[1]));
        expect([name, Object.fromEntries(ofHandlers)]).toEqual([name, book]);
      }
      const { entryPoints } = await query.entryPoints();
      const entries = entryPoints.map(({ deployment, entryPoint, calls }) => [
        `${deployment?.service ?? ''} ${entryPoint?.name ?? ''}`,
        Number(calls),
      ]);
      expect(Object.fromEntries(entries)).toEqual({
        'gateway GET /pages/:id': PAGES,
        'gateway POST /buy': PURCHASES,
        'catalog GET /products/:id': PAGES + PURCHASES,
        'catalog GET /search': PURCHASES,
        'basket POST *': 2 * PURCHASES,
        'basket GET *': PURCHASES,
        'pricing market.Pricing/Quote': 4 * PURCHASES,
        'pricing market.Pricing/History': PAGES + 2 * PURCHASES,
        'pricing market.Pricing/Upload': PURCHASES,
        'pricing market.Pricing/Chat': PURCHASES,
      });
      // The book itself: a load that went wrong would agree with anything.
      expect(await callersOf(query, 'pricing')).toMatchObject({
        'quoteFor -> quote': 4 * PURCHASES,
        'historyOf -> history': PAGES + 2 * PURCHASES,
        'sendAll -> upload': PURCHASES,
        'talk -> chat': PURCHASES,
      });
    } finally {
      query.close();
      await collector.close();
    }
  });
});
