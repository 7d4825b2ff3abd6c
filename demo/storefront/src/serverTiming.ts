import type { FastifyReply, FastifyRequest } from 'fastify';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** The handler, which also tells the client how long it took: https://www.w3.org/TR/server-timing/ */
export function timed(handler: Handler): Handler {
  return async (request, reply) => {
    const startedAt = performance.now();
    try {
      return await handler(request, reply);
    } finally {
      void reply.header('server-timing', `handler;dur=${(performance.now() - startedAt).toFixed(3)}`);
    }
  };
}
