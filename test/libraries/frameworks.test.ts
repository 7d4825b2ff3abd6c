// Entry points have the route as it was written and the function that handles it, in every framework.
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSensor, nodes, repositoryRoot } from '../sensor/runApp.js';
import { observeApp } from './observeApp.js';
import { installLibraries } from './tools/install.mjs';

const folders: Record<'current' | 'previous', string> = { current: '', previous: '' };

beforeAll(() => {
  buildSensor();
  folders.current = installLibraries('current');
  folders.previous = installLibraries('previous');
}, 600_000);

describe.each(nodes)('on Node %i', (major, node) => {
  const both = [['current'], ['previous']] as const;
  /** NestJS 12 asks for a newer Node. */
  const nests = major < 22 ? ([['previous']] as const) : both;

  test.each(both)('Koa and its router, %s', async (set) => {
    const { entries, entryErrors } = await observeApp(node, 'koa.mjs', folders[set]);
    expect(entries).toEqual({
      'http GET /shops/:shop/items/:id item': 4,
      'http POST /shops/:shop/items broken': 1,
      'http GET /health <shop.get "/health">': 1,
      'http GET *': 1,
    });
    expect(entryErrors).toEqual({ 'http POST /shops/:shop/items 500 broken': 1 });
  });

  test.each(both)('Hono on its Node server, %s', async (set) => {
    const { entries, entryErrors } = await observeApp(node, 'hono.mjs', folders[set]);
    expect(entries).toEqual({
      'http GET /shops/:shop/items/:id item': 4,
      'http POST /shops/:shop/items broken': 1,
      'http GET /health <app.get "/health">': 1,
      'http GET *': 1,
    });
    expect(entryErrors).toEqual({ 'http POST /shops/:shop/items 500 broken': 1 });
  });

  test.each(nests.flatMap(([set]) => [[set, 'express'] as const, [set, 'fastify'] as const]))(
    'NestJS, %s, on %s',
    async (set, adapter) => {
      const { entries, entryErrors } = await observeApp(node, 'nest.mjs', folders[set], { ADAPTER: adapter });
      expect(entries).toEqual({
        'http GET /api/orders/:id OrdersController.one': 4,
        'http POST /api/orders OrdersController.place': 1,
      });
      expect(entryErrors).toEqual({ 'http POST /api/orders 500 OrdersController.place': 1 });
    },
  );

  test.each(['express', 'fastify'])('%s 4', async (framework) => {
    const { entries } = await observeApp(node, `${framework}.mjs`, folders.previous);
    expect(entries).toEqual({ 'http GET /shops/:shop/items/:item item': 3 });
  });

  test('Fastify 5, and bundled into own code', async () => {
    const expected = { 'http GET /shops/:shop/items/:item item': 3 };
    const { outputFiles } = buildSync({
      absWorkingDir: join(repositoryRoot, 'test/libraries/apps'),
      entryPoints: ['fastify.mjs'],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const bundle = { 'fastify.mjs': outputFiles[0]?.text ?? '' };
    expect((await observeApp(node, 'fastify.mjs', repositoryRoot)).entries).toEqual(expected);
    expect((await observeApp(node, 'fastify.mjs', '', {}, bundle)).entries).toEqual(expected);
  });

  test("the shape of Next.js' runtime", async () => {
    const runtime = `
class RouteModule { constructor(options) { Object.assign(this, options); } prepare() { return Promise.resolve(); } }
class AppRouteRouteModule extends RouteModule {}
module.exports = { AppRouteRouteModule };
`;
    const file = 'node_modules/next/dist/compiled/next-server/app-route-turbo.runtime.prod.js';
    const { entries } = await observeApp(node, 'next.mjs', '', {}, { [file]: runtime });
    expect(entries).toEqual({ 'http GET /api/orders/[id] GET': 3 });
  });
});
