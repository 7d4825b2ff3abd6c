import { patchAmqp } from './amqp.js';
import { patchBetterSqlite } from './betterSqlite.js';
import { patchBullQueue, patchBullWorker } from './bullmq.js';
import { patchLayer } from './express.js';
import type { FastifyRoutes } from './fastify.js';
import { observeFetchOf } from './fetchClient.js';
import { patchGrpcClient } from './grpcClient.js';
import { patchGrpcServer } from './grpcServer.js';
import { patchHonoRouter } from './hono.js';
import type { HttpRequests } from './httpServer.js';
import { patchKafka } from './kafka.js';
import { patchKoaRouter } from './koa.js';
import type { Libraries } from './libraries.js';
import { patchMongo } from './mongo.js';
import { patchMysql } from './mysql.js';
import { patchNest } from './nest.js';
import { patchNextRuntime } from './next.js';
import type { Outgoing } from './outgoing.js';
import type { OwnFunctions } from './ownFunctions.js';
import { patchPgClient, patchPgPool } from './postgres.js';
import { patchIoredis, patchIoredisPipeline, patchNodeRedis } from './redis.js';
import type { Requests } from './requests.js';
import { valueAt } from './shapes.js';
import { patchSqlite } from './sqlite.js';

export interface LibraryParts {
  readonly requests: Requests;
  readonly http: HttpRequests;
  readonly fastify: FastifyRoutes;
  readonly outgoing: Outgoing;
  readonly own: OwnFunctions;
}

/**
 * Which file of which library is looked at, by whom. A file that is an ES module has to be in `libraryModules.ts` too. Fastify
 * announces its instances on a channel as well.
 */
export function addLibraries(libraries: Libraries, { requests, http, fastify, outgoing, own }: LibraryParts): void {
  const look = (files: readonly string[], patch: (exports: unknown) => void): void => {
    for (const file of files) {
      libraries.add(file, (exports) => {
        patch(exports);
        return exports;
      });
    }
  };
  // Frameworks.
  for (const file of ['router/lib/layer.js', 'express/lib/router/layer.js'])
    libraries.add(file, (Layer) => patchLayer(Layer, requests, http));
  look(
    [
      '@koa/router/dist/index.js',
      '@koa/router/dist/index.mjs',
      '@koa/router/lib/router.js',
      'koa-router/lib/router.js',
    ],
    (exports) => patchKoaRouter(exports, requests, http),
  );
  const honoRouters = ['smart-router', 'reg-exp-router', 'trie-router', 'linear-router', 'pattern-router'];
  look(
    honoRouters.flatMap((router) => ['', 'cjs/'].map((folder) => `hono/dist/${folder}router/${router}/router.js`)),
    (exports) => patchHonoRouter(exports, requests, http, own),
  );
  look(['fastify/lib/context.js'], (exports) => fastify.patchContext(exports));
  look(['@nestjs/core/router/router-execution-context.js'], (exports) => patchNest(exports, requests, http));
  const nextRuntimes = ['app-route', 'app-page', 'pages', 'pages-api'].flatMap((runtime) =>
    ['', '-turbo', '-experimental', '-turbo-experimental'].map(
      (kind) => `next/dist/compiled/next-server/${runtime}${kind}.runtime.prod.js`,
    ),
  );
  look(nextRuntimes, (exports) => patchNextRuntime(exports, requests, http));
  look(['@grpc/grpc-js/build/src/server.js'], (exports) => patchGrpcServer(valueAt(exports, 'Server'), requests));
  // Queues.
  for (const folder of ['cjs', 'esm']) {
    look([`bullmq/dist/${folder}/classes/worker.js`], (exports) => patchBullWorker(exports, requests));
    look([`bullmq/dist/${folder}/classes/queue.js`], (exports) => patchBullQueue(exports, outgoing));
  }
  look(['amqplib/lib/channel_model.js', 'amqplib/lib/callback_model.js'], (exports) =>
    patchAmqp(exports, requests, outgoing),
  );
  look(['kafkajs/src/index.js'], (exports) => patchKafka(exports, requests, outgoing));
  // Dependencies.
  libraries.add('@grpc/grpc-js/build/src/client.js', (exports, require) => {
    patchGrpcClient(valueAt(exports, 'Client'), valueAt(require('./metadata'), 'Metadata'), outgoing);
    return exports;
  });
  look(['undici/index.js'], (exports) => observeFetchOf(exports, outgoing));
  look(['pg/lib/client.js', 'pg/lib/native/client.js'], (exports) => patchPgClient(exports, outgoing));
  look(['pg-pool/index.js'], (exports) => patchPgPool(exports, outgoing));
  look(
    ['mysql2/lib/base/connection.js', 'mysql2/lib/base/pool.js', 'mysql2/lib/connection.js', 'mysql2/lib/pool.js'],
    (exports) => patchMysql(exports, outgoing),
  );
  look(['mongodb/lib/operations/execute_operation.js'], (exports) => patchMongo(exports, outgoing));
  look(['@redis/client/dist/lib/client/index.js'], (exports) => patchNodeRedis(exports, outgoing));
  look(['ioredis/built/Redis.js', 'ioredis/built/redis/index.js', 'ioredis/built/cluster/index.js'], (exports) =>
    patchIoredis(exports, outgoing),
  );
  look(['ioredis/built/Pipeline.js', 'ioredis/built/pipeline.js'], (exports) =>
    patchIoredisPipeline(exports, outgoing),
  );
  look(['better-sqlite3/lib/methods/wrappers.js'], (exports) => patchBetterSqlite(exports, outgoing));
  look(['node:sqlite'], (exports) => patchSqlite(exports, outgoing));
}
