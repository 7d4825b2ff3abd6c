import Fastify, { type FastifyInstance } from 'fastify';
import type { Depot } from './domain/depot.js';
import { UnknownParcel } from './domain/parcel.js';
import { parcelRoutes } from './parcelRoutes.js';
import timing from './plugins/timing.js';

export async function buildServer(depot: Depot): Promise<FastifyInstance> {
  const server = Fastify({ logger: false, forceCloseConnections: true });
  timing(server);
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof UnknownParcel) return reply.code(404).send({ error: error.message });
    return reply.code(statusOf(error)).send({ error: 'failed' });
  });
  server.get('/health', async () => ({ ok: true }));
  await server.register(parcelRoutes(depot), { prefix: '/parcels' });
  return server;
}

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
