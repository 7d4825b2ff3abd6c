import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Depot } from './domain/depot.js';
import { Weight } from './domain/weight.js';

interface ParcelBody {
  readonly to: string;
  readonly grams: number;
}

type WithId = FastifyRequest<{ Params: { id: string } }>;

const schema = {
  body: {
    type: 'object',
    required: ['to', 'grams'],
    properties: { to: { type: 'string' }, grams: { type: 'integer', minimum: 1 } },
  },
} as const;

export function parcelRoutes(depot: Depot) {
  return async (server: FastifyInstance): Promise<void> => {
    const bulk = new Map<string, number>();

    server.addHook('preHandler', async (request) => {
      const key = request.routeOptions.url ?? 'none';
      bulk.set(key, (bulk.get(key) ?? 0) + 1);
    });

    server.post<{ Body: ParcelBody }>('/', { schema }, async function accept({ body }, reply) {
      const parcel = await depot.accept(body.to, Weight.ofGrams(body.grams));
      return reply.code(201).send(parcel);
    });

    server.get('/:id', async ({ params }: WithId) => (await depot.find(params.id)).summary);

    server.get('/:id/price', (request: WithId, reply) => {
      depot
        .find(request.params.id)
        .then((parcel) => reply.send({ cents: parcel.weight.price() }))
        .catch((error: unknown) => reply.send(error));
    });

    server.get('/statistics/by-route', async () => Object.fromEntries(bulk));
  };
}
